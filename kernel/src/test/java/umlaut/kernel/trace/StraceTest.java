package umlaut.kernel.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import umlaut.abi.Nr;
import umlaut.abi.Signal;
import umlaut.engine.scripted.Program;
import umlaut.kernel.task.TestMachine;

/** Whole traces of small programs. */
class StraceTest {
    private static final long MEMORY = TestMachine.MEMORY;

    private final Queue<String> lines = new ConcurrentLinkedQueue<>();

    private List<String> trace(Program program) {
        new TestMachine(10, new Strace(lines::add)).run(program);
        return lines.stream().map(line -> line.replaceAll(" +=", " =")).toList();
    }

    @Test
    void callsShowWhatTheyReadAndWrote() {
        List<String> trace = trace(g -> {
            g.syscall(Nr.GETPID);
            g.syscall(Nr.UNAME, MEMORY);
            g.syscall(Nr.KILL, 77, 0);
            g.syscall(Nr.EXIT_GROUP, 3);
        });
        assertThat(trace)
                .containsExactly(
                        "[pid     1] getpid() = 1",
                        "[pid     1] uname({sysname=\"Linux\", nodename=\"guest\", ...}) = 0",
                        "[pid     1] kill(77, 0) = -1 ESRCH (No such process)",
                        "[pid     1] exit_group(3) = ?",
                        "[pid     1] +++ exited with 3 +++");
    }

    @Test
    void processesAreTold() {
        List<String> trace = trace(g -> {
            g.syscallWithChild(c -> c.syscall(Nr.EXIT_GROUP, 1), Nr.FORK);
            g.syscall(Nr.WAIT4, -1, MEMORY, 0, 0);
            g.syscall(Nr.EXIT_GROUP, 0);
        });
        assertThat(trace)
                .contains(
                        "[pid     1] fork() = 2",
                        "[pid     2] exit_group(1) = ?",
                        "[pid     2] +++ exited with 1 +++",
                        "[pid     1] wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 2",
                        "[pid     1] +++ exited with 0 +++");
    }

    @Test
    void deathInsideACallIsShown() {
        List<String> trace = trace(g -> {
            long child = g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            g.syscall(Nr.KILL, child, Signal.SIGKILL);
            g.syscall(Nr.WAIT4, child, MEMORY, 0, 0);
        });
        assertThat(trace)
                .contains(
                        "[pid     1] kill(2, SIGKILL) = 0",
                        "[pid     2] +++ killed by SIGKILL +++",
                        "[pid     1] wait4(2, [{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}], 0, NULL) = 2");
    }
}
