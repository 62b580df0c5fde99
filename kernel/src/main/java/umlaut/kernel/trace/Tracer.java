package umlaut.kernel.trace;

import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.task.Task;

/** Sees every system call, when tracing is on ({@code umlaut run --trace}). */
public interface Tracer {
    Tracer OFF = new Tracer() {
        @Override
        public boolean enabled() {
            return false;
        }

        @Override
        public void enter(Task task, int nr, long[] args) {}

        @Override
        public void exit(Task task, int nr, long[] args, long result) {}

        @Override
        public void signal(Task task, SigInfo info) {}

        @Override
        public void event(Task task, String text) {}
    };

    boolean enabled();

    /** Before a call; guest memory may be read through the task. */
    void enter(Task task, int nr, long[] args);

    /** After a call: arguments are as at entry; guest memory may be read through the task. A call that ends its task never gets here. */
    void exit(Task task, int nr, long[] args, long result);

    /** A signal is about to be acted on. */
    void signal(Task task, SigInfo info);

    /** Anything else, an exit for example: one line as strace prints it ("+++ exited with 0 +++"). */
    void event(Task task, String text);
}
