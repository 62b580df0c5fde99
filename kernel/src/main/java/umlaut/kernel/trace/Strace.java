package umlaut.kernel.trace;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import umlaut.abi.FlagSets;
import umlaut.abi.Nr;
import umlaut.abi.Siginfo;
import umlaut.abi.Signal;
import umlaut.abi.SyscallTable;
import umlaut.engine.Reg;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SigInfoLayout;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskLoop;

/**
 * A tracer that writes what strace(1) with -f would: one line a call, when it is done, led by the task's id.
 *
 * <p>What a call reads is looked at before it runs, what it writes afterwards. Lines of different tasks never mix; a line's
 * place says when its call ended. {@link #pending} tells who is inside which call.
 */
public final class Strace implements Tracer {
    /** A call that a task is in, and the texts of its arguments as they were. */
    private static final class Entered {
        final int nr;
        final @Nullable String[] texts;

        Entered(int nr, @Nullable String[] texts) {
            this.nr = nr;
            this.texts = texts;
        }
    }

    private final FlagSets sets = FlagSets.load();
    private final SyscallFormat format = new SyscallFormat(SyscallTable.load(), sets);
    private final SignalFormat signals = new SignalFormat(sets);
    private final Map<Task, Entered> inside = new ConcurrentHashMap<>();
    private final Consumer<String> lines;

    /** @param lines takes each line, from any thread */
    public Strace(Consumer<String> lines) {
        this.lines = lines;
    }

    @Override
    public boolean enabled() {
        return true;
    }

    @Override
    public void enter(Task task, int nr, long[] args) {
        @Nullable String[] texts = format.enter(nr, args, task.user());
        if (nr == Nr.EXIT || nr == Nr.EXIT_GROUP) {
            write(task, format.unfinished(nr, texts, "?"));
        } else {
            inside.put(task, new Entered(nr, texts));
        }
    }

    @Override
    public void exit(Task task, int nr, long[] args, long result) {
        Entered entered = inside.remove(task);
        if (entered != null && entered.nr == nr) {
            long shown = result != TaskLoop.KEEP_REGISTERS
                    ? result
                    : nr == Nr.RT_SIGRETURN ? task.user().reg(Reg.RAX) : 0;
            write(task, format.exit(nr, args, entered.texts, task.user(), shown));
        }
    }

    @Override
    public void signal(Task task, SigInfo info) {
        MemorySegment layout = MemorySegment.ofArray(new byte[Siginfo.SIZE]);
        SigInfoLayout.write(layout, 0, info);
        write(task, "--- " + Signal.name(info.signo()) + " " + signals.info(layout) + " ---");
    }

    @Override
    public void event(Task task, String text) {
        Entered entered = text.startsWith("+++") ? inside.remove(task) : null;
        if (entered != null) {
            write(task, format.unfinished(entered.nr, entered.texts, "?"));
        }
        write(task, text);
    }

    /** Calls that have not returned, a line for each task inside one. */
    public List<String> pending() {
        List<String> pending = new ArrayList<>();
        inside.forEach((task, entered) ->
                pending.add(prefix(task) + format.unfinished(entered.nr, entered.texts, "<unfinished ...>")));
        return pending;
    }

    private void write(Task task, String text) {
        lines.accept(prefix(task) + text);
    }

    private static String prefix(Task task) {
        return "[pid %5d] ".formatted(task.tid);
    }
}
