package umlaut.kernel.coredump;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Rlimit;
import umlaut.kernel.mm.Mm;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** The name of a core file, or the program and arguments it is piped to, made of core_pattern: "Naming of core dump files" of core(5) (Linux: format_corename). */
final class CoreName {
    private CoreName() {}

    /** @return the file's name; or, for a pattern that begins with |, the program and its arguments */
    static List<String> of(Task task, int signo) {
        CoreSettings settings = task.kernel.coreSettings;
        String pattern = settings.pattern;
        boolean pipe = pattern.startsWith("|");
        List<String> words = new ArrayList<>();
        boolean pidInName = false;
        // Arguments are told apart before what stands for something is put in.
        for (String word : pipe ? pattern.substring(1).split(" +") : new String[] {pattern}) {
            StringBuilder out = new StringBuilder();
            for (int i = 0; i < word.length(); i++) {
                char c = word.charAt(i);
                if (c != '%') {
                    out.append(c);
                } else if (++i < word.length()) {
                    pidInName |= word.charAt(i) == 'p';
                    out.append(specifier(task, signo, word.charAt(i), pipe));
                }
            }
            if (!out.isEmpty()) {
                words.add(out.toString());
            }
        }
        if (!pipe && !pidInName && settings.usesPid != 0 && !words.isEmpty()) {
            words.set(0, words.getFirst() + "." + task.group.pidInside);
        }
        return words;
    }

    private static String specifier(Task task, int signo, char what, boolean pipe) {
        return switch (what) {
            case '%' -> "%";
            case 'p' -> String.valueOf(task.group.pidInside);
            case 'P' -> String.valueOf(task.group.tgid);
            case 'i' -> String.valueOf(task.tidInside);
            case 'I' -> String.valueOf(task.tid);
            case 'u' -> String.valueOf(task.credentials().uid() & 0xffff_ffffL);
            case 'g' -> String.valueOf(task.credentials().gid() & 0xffff_ffffL);
            case 'd' -> String.valueOf(task.mm().dumpable());
            case 's' -> String.valueOf(signo);
            case 't' -> String.valueOf(task.kernel.clock.realtimeNs() / 1_000_000_000L);
            case 'h' -> escape(task.kernel.uts.hostname(), pipe);
            case 'e' -> escape(task.comm(), pipe);
            case 'f' -> escape(program(task).substring(program(task).lastIndexOf('/') + 1), pipe);
            case 'E' -> escape(program(task), false).replace('/', '!');
            case 'c' -> Long.toUnsignedString(task.group.limits.soft(Rlimit.RLIMIT_CORE));
            case 'C' -> "0";
            default -> "";
        };
    }

    private static String program(Task task) {
        Mm mm = task.mm();
        File file = mm.executable();
        Path path = file == null ? null : file.path;
        return path == null ? task.comm() : path.display(task.fs().root());
    }

    /** A name must not lead elsewhere. */
    private static String escape(String text, boolean pipe) {
        if (pipe) {
            return text;
        }
        return text.equals(".") || text.equals("..") ? text.replace('.', '!') : text.replace('/', '!');
    }
}
