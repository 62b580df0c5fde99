package umlaut.host;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A file whose memory may come in large pages of 2 MiB: the only one of a tmpfs of its own, mounted with huge=advise (tmpfs(5)), so that a fault in a mapping with
 * MADV_HUGEPAGE takes a large page and everything else small ones. memfds have large pages only where the host's administrator has switched them on for all.
 *
 * <p>Mounting needs a user and a mount namespace (user_namespaces(7)), which a process of many threads cannot enter. So a child does it that shares our memory and
 * descriptors, as of vfork(2): it runs a list of system calls in a few bytes of machine code, touches no stack, takes no signals, and ends. The mount is
 * nowhere to be found, and goes with the file.
 */
public final class LargePageFile {
    /** Bytes of a large page. */
    public static final int LARGE_PAGE = 2 << 20;

    private static final int CLONE_FLAGS =
            0x100 | 0x400 | 0x4000 | 0x20000 | 0x10000000; // VM FILES VFORK NEWNS NEWUSER
    private static final int FSOPEN = 430, FSCONFIG = 431, FSMOUNT = 432, FS_CLOEXEC = 1;
    private static final int FSCONFIG_SET_STRING = 1, FSCONFIG_CMD_CREATE = 6;
    /** Of an order: number, whether its first argument is the descriptor kept, five arguments, result, whether to keep that. */
    private static final int ORDER_SIZE = 64, RESULT = 48;

    private static final int MOST_ORDERS = 20;

    // spotless:off
    private static final byte[] CODE = bytes(
        "53"             // push %rbx           rdi orders, rsi clone flags, rdx all signals, rcx room for the mask
        + "4154"         // push %r12
        + "4155"         // push %r13
        + "4889fb"       // mov %rdi,%rbx
        + "4989f4"       // mov %rsi,%r12
        + "4989cd"       // mov %rcx,%r13
        + "4889d6"       // mov %rdx,%rsi
        + "4889ca"       // mov %rcx,%rdx
        + "bf02000000"   // mov $SIG_SETMASK,%edi
        + "41ba08000000" // mov $8,%r10d
        + "b80e000000"   // mov $rt_sigprocmask,%eax
        + "0f05"         // syscall
        + "4c89e7"       // mov %r12,%rdi
        + "31f6"         // xor %esi,%esi
        + "31d2"         // xor %edx,%edx
        + "4531d2"       // xor %r10d,%r10d
        + "4531c0"       // xor %r8d,%r8d
        + "b838000000"   // mov $clone,%eax
        + "0f05"         // syscall
        + "4885c0"       // test %rax,%rax
        + "7423"         // je child
        + "4889c3"       // mov %rax,%rbx
        + "bf02000000"   // mov $SIG_SETMASK,%edi
        + "4c89ee"       // mov %r13,%rsi
        + "31d2"         // xor %edx,%edx
        + "41ba08000000" // mov $8,%r10d
        + "b80e000000"   // mov $rt_sigprocmask,%eax
        + "0f05"         // syscall
        + "4889d8"       // mov %rbx,%rax
        + "415d"         // pop %r13
        + "415c"         // pop %r12
        + "5b"           // pop %rbx
        + "c3"           // ret
        + "8b03"         // child: mov (%rbx),%eax
        + "488b7b08"     // mov 8(%rbx),%rdi
        + "837b0400"     // cmpl $0,4(%rbx)
        + "490f45fc"     // cmovne %r12,%rdi
        + "488b7310"     // mov 16(%rbx),%rsi
        + "488b5318"     // mov 24(%rbx),%rdx
        + "4c8b5320"     // mov 32(%rbx),%r10
        + "4c8b4328"     // mov 40(%rbx),%r8
        + "0f05"         // syscall
        + "48894330"     // mov %rax,48(%rbx)
        + "4885c0"       // test %rax,%rax
        + "780e"         // js failed
        + "837b3800"     // cmpl $0,56(%rbx)
        + "4c0f45e0"     // cmovne %rax,%r12
        + "4883c340"     // add $64,%rbx
        + "ebc9"         // jmp child
        + "bf01000000"   // failed: mov $1,%edi
        + "b8e7000000"   // mov $exit_group,%eax
        + "0f05");       // syscall
    // spotless:on

    private final Arena arena;
    private final MemorySegment orders;
    private int count;

    private LargePageFile(Arena arena) {
        this.arena = arena;
        orders = arena.allocate((long) MOST_ORDERS * ORDER_SIZE, 8);
    }

    private static byte[] bytes(String hex) {
        return java.util.HexFormat.of().parseHex(hex);
    }

    /** Makes one, empty, close-on-exec. @return its descriptor, or -errno where the host allows no such thing */
    public static int create() {
        try (Arena arena = Arena.ofConfined()) {
            return new LargePageFile(arena).run();
        }
    }

    private int run() {
        becomeRoot();
        int context = keep(FSOPEN, string("tmpfs"), FS_CLOEXEC, 0, 0);
        setting("huge", "advise");
        setting("size", "0"); // no limit
        setting("mode", "0700");
        useKept(FSCONFIG, FSCONFIG_CMD_CREATE, 0, 0);
        add(FSMOUNT, true, true, 0, FS_CLOEXEC, 0, 0);
        int mount = count - 1;
        int flags = Files.O_RDWR | Files.O_CREAT | Files.O_CLOEXEC;
        useKept(Syscall.OPENAT, string("pages"), flags, 0600);
        int file = count - 1;
        add(Syscall.EXIT_GROUP, false, false, 0, 0, 0, 0);
        long pid = start();
        if (pid < 0) {
            return (int) pid;
        }
        Processes.wait4((int) pid, MemorySegment.NULL, Processes.WALL, MemorySegment.NULL);
        closeResult(context);
        closeResult(mount);
        return (int) firstError(file);
    }

    /** In its own eyes: so the file's owner is the same user outside. */
    private void becomeRoot() {
        write("/proc/self/setgroups", "deny");
        write("/proc/self/uid_map", "0 " + HostCalls.call(Syscall.GETEUID) + " 1");
        write("/proc/self/gid_map", "0 " + HostCalls.call(Syscall.GETEGID) + " 1");
    }

    private void write(String path, String text) {
        keep(Syscall.OPENAT, Files.AT_FDCWD, string(path), Files.O_WRONLY | Files.O_CLOEXEC, 0);
        useKept(Syscall.WRITE, string(text), text.length(), 0);
        useKept(Syscall.CLOSE, 0, 0, 0);
    }

    private void setting(String key, String value) {
        useKept(FSCONFIG, FSCONFIG_SET_STRING, string(key), string(value));
    }

    private long string(String s) {
        return arena.allocateFrom(s, StandardCharsets.UTF_8).address();
    }

    private int keep(int nr, long a, long b, long c, long d) {
        add(nr, false, true, a, b, c, d);
        return count - 1;
    }

    private void useKept(int nr, long b, long c, long d) {
        add(nr, true, false, 0, b, c, d);
    }

    private void add(int nr, boolean useKept, boolean keep, long a, long b, long c, long d) {
        long at = (long) count++ * ORDER_SIZE;
        orders.set(Layouts.INT, at, nr);
        orders.set(Layouts.INT, at + 4, useKept ? 1 : 0);
        orders.set(Layouts.LONG, at + 8, a);
        orders.set(Layouts.LONG, at + 16, b);
        orders.set(Layouts.LONG, at + 24, c);
        orders.set(Layouts.LONG, at + 32, d);
        orders.set(Layouts.LONG, at + RESULT, -1);
        orders.set(Layouts.LONG, at + 56, keep ? 1 : 0);
    }

    private long start() {
        MemorySegment masks = arena.allocate(16, 8);
        masks.set(Layouts.LONG, 0, -1);
        MemorySegment code = HostCalls.load(CODE);
        long pid = HostCalls.invoke(code, orders.address(), CLONE_FLAGS, masks.address(), masks.address() + 8, 0, 0, 0);
        Memory.munmap(code);
        return pid;
    }

    private long result(int order) {
        return orders.get(Layouts.LONG, (long) order * ORDER_SIZE + RESULT);
    }

    private void closeResult(int order) {
        if (result(order) >= 0) {
            Files.close((int) result(order));
        }
    }

    private long firstError(int last) {
        for (int i = 0; i < last; i++) {
            if (result(i) < 0) {
                return result(i);
            }
        }
        return result(last);
    }
}
