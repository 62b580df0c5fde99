package umlaut.kernel.seccomp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import umlaut.abi.Nr;
import umlaut.abi.Prctl;
import umlaut.abi.Signal;
import umlaut.engine.scripted.Guest;
import umlaut.kernel.task.TestMachine;

/** Filters as seccomp(2) tells. */
class SeccompTest {
    private static final long FPROG = TestMachine.MEMORY;
    private static final long CODE = TestMachine.MEMORY + 0x100;
    private static final int LOAD_NR = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private static long instruction(int code, int ifTrue, int ifFalse, int k) {
        return code | (long) ifTrue << 16 | (long) ifFalse << 24 | (long) k << 32;
    }

    private static long install(Guest g, long... program) {
        for (int i = 0; i < program.length; i++) {
            g.pokeLong(CODE + 8L * i, program[i]);
        }
        g.pokeLong(FPROG, program.length);
        g.pokeLong(FPROG + 8, CODE);
        return g.syscall(Nr.SECCOMP, Prctl.SECCOMP_SET_MODE_FILTER, 0, FPROG);
    }

    private static long onCall(Guest g, int nr, int action) {
        return install(
                g,
                instruction(LOAD_NR, 0, 0, 0),
                instruction(JUMP_IF_EQUAL, 0, 1, nr),
                instruction(RETURN, 0, 0, action),
                instruction(RETURN, 0, 0, Prctl.SECCOMP_RET_ALLOW));
    }

    @Test
    void errnoAnswersInsteadOfTheCallAndIsInherited() {
        machine.run(g -> {
            note(onCall(g, Nr.GETPPID, Prctl.SECCOMP_RET_ERRNO | 99));
            note(g.syscall(Nr.GETPPID));
            note(g.syscall(Nr.GETPID));
            g.syscallWithChild(c -> note("child " + c.syscall(Nr.GETPPID)), Nr.FORK);
            g.syscall(Nr.WAIT4, -1, 0, 0, 0);
            note(g.syscall(Nr.PRCTL, Prctl.PR_GET_SECCOMP, 0, 0, 0, 0));
        });
        assertThat(machine.notes).containsExactly("0", "-99", "1", "child -99", "2");
    }

    @Test
    void theStrongerActionOfSeveralFiltersCounts() {
        int status = machine.run(g -> {
            onCall(g, Nr.GETPPID, Prctl.SECCOMP_RET_KILL_PROCESS);
            onCall(g, Nr.GETPPID, Prctl.SECCOMP_RET_ERRNO | 1);
            g.syscall(Nr.GETPPID);
            note("alive");
        });
        assertThat(status).isEqualTo(Signal.SIGSYS);
        assertThat(machine.notes).isEmpty();
    }

    @Test
    void brokenProgramsAreRefused() {
        machine.run(g -> {
            note(install(g, instruction(LOAD_NR, 0, 0, 2), instruction(RETURN, 0, 0, 0)));
            note(install(g, instruction(LOAD_NR, 0, 0, 64), instruction(RETURN, 0, 0, 0)));
            note(install(g, instruction(JUMP_IF_EQUAL, 9, 0, 0), instruction(RETURN, 0, 0, 0)));
            note(install(g, instruction(LOAD_NR, 0, 0, 0)));
            note(install(g));
        });
        assertThat(machine.notes).containsOnly("-22").hasSize(5);
    }

    @Test
    void strictModeLeavesFourCalls() {
        int status = machine.run(g -> {
            note(g.syscall(Nr.PRCTL, Prctl.PR_SET_SECCOMP, Prctl.SECCOMP_MODE_STRICT, 0, 0, 0));
            note(g.syscall(Nr.READ, 77, 0, 0));
            g.syscall(Nr.GETPID);
        });
        assertThat(status).isEqualTo(Signal.SIGKILL);
        assertThat(machine.notes).containsExactly("0", "-9");
    }
}
