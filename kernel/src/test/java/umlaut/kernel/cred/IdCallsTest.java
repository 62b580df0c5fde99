package umlaut.kernel.cred;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import umlaut.abi.Nr;
import umlaut.abi.Prctl;
import umlaut.engine.scripted.Program;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.TestMachine;

/** setuid(2) and its relatives, and what they do to capabilities. */
class IdCallsTest {
    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private void run(Credentials who, Program program) {
        machine.await(machine.start(who, program));
    }

    private Credentials current() {
        Task init = machine.kernel.tasks.task(1);
        return init == null ? Credentials.ROOT : init.credentials();
    }

    @Test
    void setuidOfRootIsForGood() {
        run(Credentials.ROOT, g -> {
            note(g.syscall(Nr.SETUID, 1000));
            note(current().permitted() + " " + current().suid());
            note(g.syscall(Nr.SETUID, 0));
        });
        assertThat(machine.notes).containsExactly("0", "0 1000", "-1");
    }

    @Test
    void seteuidKeepsTheWayBack() {
        run(Credentials.ROOT, g -> {
            note(g.syscall(Nr.SETRESUID, -1, 1000, -1));
            note(current().effective() + " " + (current().permitted() == Credentials.ALL_CAPABILITIES));
            note(g.syscall(Nr.SETRESUID, -1, 0, -1));
            note(current().effective() == Credentials.ALL_CAPABILITIES);
        });
        assertThat(machine.notes).containsExactly("0", "0 true", "0", "true");
    }

    @Test
    void keepCapsKeepsThePermittedSet() {
        run(Credentials.ROOT, g -> {
            g.syscall(Nr.PRCTL, Prctl.PR_SET_KEEPCAPS, 1, 0, 0, 0);
            g.syscall(Nr.SETUID, 1000);
            note(current().effective() + " " + (current().permitted() == Credentials.ALL_CAPABILITIES));
        });
        assertThat(machine.notes).containsExactly("0 true");
    }

    @Test
    void usersMaySwapRealAndEffective() {
        Credentials swap = new Credentials(
                1000,
                1001,
                1001,
                1001,
                100,
                100,
                100,
                100,
                new int[0],
                0,
                0,
                0,
                Credentials.ALL_CAPABILITIES,
                0,
                0,
                false);
        run(swap, g -> {
            note(g.syscall(Nr.SETREUID, 1001, 1000));
            note(current().uid() + " " + current().euid() + " " + current().suid());
            note(g.syscall(Nr.SETREUID, 5, -1));
            note(g.syscall(Nr.SETGROUPS, 0, 0));
        });
        assertThat(machine.notes).containsExactly("0", "1001 1000 1000", "-1", "-1");
    }

    @Test
    void capsetCanOnlyGiveUp() {
        run(Credentials.ROOT, g -> {
            long header = TestMachine.MEMORY;
            long data = TestMachine.MEMORY + 64;
            g.pokeLong(header, 0x20080522);
            for (int i = 0; i < 3; i++) {
                g.pokeLong(data + 8 * i, 0);
            }
            note(g.syscall(Nr.CAPSET, header, data));
            g.pokeLong(data, 1);
            note(g.syscall(Nr.CAPSET, header, data));
            note(current().permitted());
        });
        assertThat(machine.notes).containsExactly("0", "-1", "0");
    }
}
