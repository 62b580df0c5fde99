package umlaut.conformance;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the log of {@code strace -f} over a whole machine and finds what its guest threads asked of the host kernel.
 *
 * <p>Guest threads are those cloned as threads by a stub's service thread; stubs are the process that execs the stub image, and its forks.
 * A call that seccomp stops is logged too, as strace sees it first, but a SIGSYS follows it at once: it never happened.
 */
final class HostTrace {
    /** What docs/engine.md allows a guest thread once it has forgotten the secret. */
    private static final Set<String> ALLOWED = Set.of(
            "futex",
            "rseq",
            "rt_sigreturn",
            "sched_yield",
            "arch_prctl",
            "mmap",
            "munmap",
            "mprotect",
            "madvise",
            "mremap",
            "restart_syscall");

    /** Its first calls, in stub text, before that. */
    private static final Set<String> PREPARING =
            Set.of("close_range", "sigaltstack", "rt_sigprocmask", "arch_prctl", "capset");

    /** The last of them: signals are let in when the secret is forgotten. */
    private static final String FORGOTTEN = "rt_sigprocmask(SIG_SETMASK, [], NULL";

    private static final Pattern LINE = Pattern.compile("^(\\d+) +(.*)$");
    private static final Pattern CALL = Pattern.compile("^([a-z0-9_]+)\\((.*)$");
    private static final Pattern RESUMED = Pattern.compile("^<\\.\\.\\. ([a-z0-9_]+) resumed>(.*)$");
    private static final Pattern RESULT = Pattern.compile(".*= (\\d+)(?: .*)?$");

    private final Set<String> stubs = new HashSet<>();
    private final Set<String> guests = new HashSet<>();
    private final Set<String> unarmed = new HashSet<>();
    private final Map<String, String> last = new HashMap<>();
    private final Map<String, String> begun = new HashMap<>();
    /** By thread, of all threads: strace may show a thread's calls before the clone that made it. */
    private final Map<String, List<String>> suspicious = new HashMap<>();

    /** Lines so far, where each thread's call of the moment began, and where each number's last thread ended. */
    private long lines;

    private final Map<String, Long> beginnings = new HashMap<>();
    private final Map<String, Long> ends = new HashMap<>();

    private final List<String> violations = new ArrayList<>();
    private int guestThreads;

    void line(String text) {
        lines++;
        Matcher line = LINE.matcher(text);
        if (!line.matches()) {
            return;
        }
        String tid = line.group(1);
        String rest = line.group(2);
        if (rest.startsWith("--- SIGSYS") || rest.startsWith("+++ killed by SIGSYS")) {
            last.remove(tid);
            if (rest.startsWith("+++ ")) {
                gone(tid);
            }
            return;
        }
        if (rest.startsWith("--- ")) {
            judge(tid);
            return;
        }
        if (rest.startsWith("+++ ")) {
            judge(tid);
            gone(tid);
            return;
        }
        Matcher resumed = RESUMED.matcher(rest);
        if (resumed.matches()) {
            ended(tid, begun.getOrDefault(tid, resumed.group(1)) + resumed.group(2));
            return;
        }
        Matcher call = CALL.matcher(rest);
        if (call.matches()) {
            judge(tid);
            last.put(tid, rest);
            begun.put(tid, rest.replace(" <unfinished ...>", ""));
            beginnings.put(tid, lines);
            if (!rest.endsWith("<unfinished ...>")) {
                ended(tid, rest);
            }
        }
    }

    /** A call came back: processes and threads are followed by their clone calls. */
    private void ended(String tid, String call) {
        Matcher result = RESULT.matcher(call);
        if (!result.matches()) {
            return;
        }
        String value = result.group(1);
        if (call.startsWith("execve(\"/proc/self/fd/") || call.startsWith("execveat(")) {
            stubs.add(tid);
        } else if ((call.startsWith("clone(") || call.startsWith("fork("))
                && stubs.contains(tid)
                && !value.equals("0")) {
            boolean over = ends.getOrDefault(value, 0L) > beginnings.getOrDefault(tid, 0L);
            if (!over) { // strace may show the end before the clone's return; the number may then be anybody's
                (call.contains("CLONE_THREAD") ? guests : stubs).add(value);
            }
        } else if (call.startsWith(FORGOTTEN)) {
            unarmed.add(tid);
            last.remove(tid);
        }
    }

    /** The thread's last call was not stopped by seccomp: it really happened. */
    private void judge(String tid) {
        String call = last.remove(tid);
        if (call == null) {
            return;
        }
        String name = call.substring(0, call.indexOf('('));
        boolean harmless = (unarmed.contains(tid) ? ALLOWED : PREPARING).contains(name);
        if (!harmless || name.equals("mmap") && !call.contains("MAP_ANONYMOUS")) {
            suspicious.computeIfAbsent(tid, none -> new ArrayList<>()).add(tid + " " + call);
        }
    }

    /** A thread has ended, and its number may be another's from now on. */
    private void gone(String tid) {
        ends.put(tid, lines);
        List<String> calls = suspicious.remove(tid);
        boolean guest = guests.remove(tid);
        stubs.remove(tid);
        if (unarmed.remove(tid) && guest) {
            guestThreads++;
        }
        if (guest && calls != null) {
            violations.addAll(calls);
        }
    }

    /** The log is at its end. */
    void end() {
        List.copyOf(guests).forEach(this::gone);
    }

    int guestThreads() {
        return guestThreads;
    }

    List<String> violations() {
        return violations;
    }
}
