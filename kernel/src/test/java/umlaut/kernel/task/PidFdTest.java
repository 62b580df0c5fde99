package umlaut.kernel.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import umlaut.abi.CloneFlags;
import umlaut.abi.Nr;
import umlaut.abi.Rlimit;
import umlaut.abi.Signal;
import umlaut.abi.WaitFlags;

/** pidfds: pidfd_open(2), clone(2) with CLONE_PIDFD, waitid(2) with P_PIDFD. */
class PidFdTest {
    private static final long ROOM = TestMachine.MEMORY;

    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    @Test
    void signalsAndWaitsThroughADescriptor() {
        machine.run(g -> {
            long child = g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            long fd = g.syscall(Nr.PIDFD_OPEN, child, 0);
            note(g.syscall(Nr.PIDFD_SEND_SIGNAL, fd, 0, 0, 0));
            note(g.syscall(Nr.WAITID, WaitFlags.P_PIDFD, fd, ROOM, WaitFlags.WEXITED | WaitFlags.WNOHANG, 0));
            note(g.syscall(Nr.PIDFD_SEND_SIGNAL, fd, Signal.SIGTERM, 0, 0));
            note(g.syscall(Nr.WAITID, WaitFlags.P_PIDFD, fd, ROOM, WaitFlags.WEXITED, 0));
            note(g.peekInt(ROOM + 24));
            note(g.syscall(Nr.PIDFD_SEND_SIGNAL, fd, 0, 0, 0));
        });
        assertThat(machine.notes).containsExactly("0", "0", "0", "0", "15", "-3");
    }

    @Test
    void noRoomForTheDescriptorMeansNoChild() {
        machine.run(g -> {
            g.pokeLong(ROOM, 0);
            g.pokeLong(ROOM + 8, 0);
            g.syscall(Nr.PRLIMIT64, 0, Rlimit.RLIMIT_NOFILE, ROOM, 0);
            note(g.syscallWithChild(c -> note("ran"), Nr.CLONE, CloneFlags.CLONE_PIDFD | Signal.SIGCHLD, 0, ROOM));
            note(g.syscall(Nr.WAIT4, -1, 0, 0, 0));
        });
        assertThat(machine.notes).containsExactly("-24", "-10");
    }

    @Test
    void onlyLeadersWithoutTheThreadFlag() {
        machine.run(g -> {
            long flags = CloneFlags.CLONE_VM | CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_THREAD;
            long tid = g.syscallWithChild(t -> t.syscall(Nr.PAUSE), Nr.CLONE, flags, 0);
            note(g.syscall(Nr.PIDFD_OPEN, tid, 0));
            note(g.syscall(Nr.PIDFD_OPEN, 9999, 0));
            note(g.syscall(Nr.PIDFD_OPEN, 1, 1));
        });
        assertThat(machine.notes).containsExactly("-2", "-3", "-22");
    }
}
