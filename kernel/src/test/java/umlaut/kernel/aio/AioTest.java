package umlaut.kernel.aio;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TaskState;
import umlaut.kernel.task.TestMachine;

/** What conformance cannot compare, since the host's own kernel now and then forgets the waiter: io_destroy(2) beside io_getevents(2). */
class AioTest {
    private static final long PAGE = 4096, RING = TestMachine.MEMORY + PAGE;

    private final TestMachine machine = new TestMachine();

    @Test
    void theEndOfAContextEndsTheWait() {
        machine.run(g -> {
            Task main = Objects.requireNonNull(machine.kernel.tasks.task(1));
            AioContext context = new AioContext(main.mm(), machine.kernel.aio, RING, PAGE, 1);
            context.writeHeader(main);
            main.mm().aio().add(context);
            long flags = CloneFlags.CLONE_VM | CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_THREAD;
            long tid = g.syscallWithChild(
                    t -> {
                        long result = t.syscall(Nr.IO_GETEVENTS, RING, 1, 1, TestMachine.MEMORY, 0);
                        machine.notes.add("events " + result);
                        t.syscall(Nr.EXIT, 0);
                    },
                    Nr.CLONE,
                    flags,
                    0);
            Task waiter = machine.kernel.tasks.task((int) tid);
            while (waiter != null && waiter.state() != TaskState.SLEEPING) {
                Thread.onSpinWait();
            }
            context.end();
            while (g.syscall(Nr.TKILL, tid, 0) == 0) {
                Thread.onSpinWait();
            }
        });
        assertThat(machine.notes).containsExactly("events " + Errno.EINVAL.negative());
    }
}
