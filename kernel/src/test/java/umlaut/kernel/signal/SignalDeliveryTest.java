package umlaut.kernel.signal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import umlaut.abi.CloneFlags;
import umlaut.abi.Nr;
import umlaut.abi.RtSigframe;
import umlaut.abi.SiCode;
import umlaut.abi.SigConst;
import umlaut.abi.Sigcontext;
import umlaut.abi.Siginfo;
import umlaut.abi.Signal;
import umlaut.abi.Ucontext;
import umlaut.abi.WaitFlags;
import umlaut.engine.Reg;
import umlaut.engine.scripted.Guest;
import umlaut.engine.scripted.Program;
import umlaut.kernel.task.TestMachine;

/** Signals as programs see them: handlers and their frames, masks, restarts, stops (signal(7)). */
class SignalDeliveryTest {
    private static final long ACTION = TestMachine.MEMORY;
    private static final long SET = TestMachine.MEMORY + 0x100;
    private static final long STATUS = TestMachine.MEMORY + 0x200;
    private static final long RESTORER = 0x1234_5000;

    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private void handle(Guest g, int signo, long flags, long mask, Program handler) {
        long at = machine.program(handler);
        g.handlerAt(at);
        action(g, signo, at, flags | SigConst.SA_RESTORER, mask);
    }

    private static long action(Guest g, int signo, long handler, long flags, long mask) {
        g.pokeLong(ACTION, handler);
        g.pokeLong(ACTION + 8, flags);
        g.pokeLong(ACTION + 16, RESTORER);
        g.pokeLong(ACTION + 24, mask);
        return g.syscall(Nr.RT_SIGACTION, signo, ACTION, 0, 8);
    }

    private static void mask(Guest g, int how, long set) {
        g.pokeLong(SET, set);
        g.syscall(Nr.RT_SIGPROCMASK, how, SET, 0, 8);
    }

    private static long self(Guest g, int signo) {
        return g.syscall(Nr.KILL, g.syscall(Nr.GETPID), signo);
    }

    @Test
    void handlerGetsNumberInfoAndContextAndReturns() {
        machine.run(g -> {
            handle(g, Signal.SIGUSR1, SigConst.SA_SIGINFO, 0, h -> {
                note(h.reg(Reg.RDI));
                long info = h.reg(Reg.RSI);
                note(h.peekInt(info + Siginfo.SI_SIGNO) + " " + h.peekInt(info + Siginfo.SI_CODE) + " "
                        + h.peekInt(info + Siginfo.SI_PID));
                long uc = h.reg(Reg.RDX);
                note(h.reg(Reg.RSP) % 16);
                note(uc - h.reg(Reg.RSP));
                note(h.peekLong(h.reg(Reg.RSP)) == RESTORER);
                note(h.peekLong(uc + Ucontext.UC_FLAGS));
                long fp = h.peekLong(uc + Ucontext.UC_MCONTEXT + Sigcontext.FPSTATE);
                note(fp % 64);
                note(Integer.toHexString(h.peekInt(fp + 464)));
                note(h.peekLong(uc + Ucontext.UC_MCONTEXT + Sigcontext.RAX));
            });
            note("kill " + self(g, Signal.SIGUSR1));
        });
        assertThat(machine.notes)
                .containsExactly(
                        "10",
                        "10 0 1",
                        "8",
                        String.valueOf(RtSigframe.UC),
                        "true",
                        "7",
                        "0",
                        "46505853",
                        "0",
                        "kill 0");
    }

    @Test
    void blockedSignalWaitsAndSavedMaskComesBack() {
        machine.run(g -> {
            handle(g, Signal.SIGUSR1, 0, Signal.bit(Signal.SIGUSR2), h -> {
                h.syscall(Nr.RT_SIGPROCMASK, 0, 0, SET, 8);
                note("mask " + Long.toHexString(h.peekLong(SET)));
            });
            mask(g, SigConst.SIG_BLOCK, Signal.bit(Signal.SIGUSR1));
            self(g, Signal.SIGUSR1);
            self(g, Signal.SIGUSR1);
            g.syscall(Nr.RT_SIGPENDING, SET, 8);
            note("pending " + Long.toHexString(g.peekLong(SET)));
            mask(g, SigConst.SIG_UNBLOCK, Signal.bit(Signal.SIGUSR1));
            g.syscall(Nr.RT_SIGPROCMASK, 0, 0, SET, 8);
            note("after " + g.peekLong(SET));
        });
        assertThat(machine.notes).containsExactly("pending 200", "mask a00", "after 0");
    }

    @Test
    void realTimeSignalsQueueInOrder() {
        machine.run(g -> {
            handle(g, 40, SigConst.SA_SIGINFO, 0, h -> note("40:" + h.peekLong(h.reg(Reg.RSI) + Siginfo.SI_VALUE)));
            handle(g, 35, SigConst.SA_SIGINFO, Signal.bit(40), h -> note("35"));
            mask(g, SigConst.SIG_BLOCK, Signal.bit(40) | Signal.bit(35));
            for (int i = 1; i <= 3; i++) {
                g.pokeLong(SET, 0);
                g.pokeLong(SET + 8, SiCode.SI_QUEUE & 0xffff_ffffL);
                g.pokeLong(SET + 24, i);
                g.syscall(Nr.RT_SIGQUEUEINFO, 1, 40, SET);
            }
            self(g, 35);
            mask(g, SigConst.SIG_SETMASK, 0);
        });
        // Frames stack up: the one pushed last runs first.
        assertThat(machine.notes).containsExactlyInAnyOrder("35", "40:1", "40:2", "40:3");
    }

    @Test
    void readIsRestartedOnlyWithSaRestart() {
        machine.run(g -> {
            long child = g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            for (long flags : new long[] {0, SigConst.SA_RESTART}) {
                handle(g, Signal.SIGALRM, flags, 0, h -> note("handler"));
                long parent = g.syscall(Nr.GETPID);
                g.syscallWithChild(
                        c -> {
                            c.syscall(Nr.KILL, parent, Signal.SIGALRM);
                            c.syscall(Nr.KILL, child, flags == 0 ? 0 : Signal.SIGKILL);
                        },
                        Nr.FORK);
                long result = g.syscall(Nr.WAIT4, child, STATUS, 0, 0);
                note(result == child ? "child" : result);
            }
        });
        assertThat(machine.notes).containsExactly("handler", "-4", "handler", "child");
    }

    @Test
    void sigsuspendTakesTheSignalAndRestoresTheMask() {
        machine.run(g -> {
            handle(g, Signal.SIGUSR1, 0, 0, h -> note("handler"));
            mask(g, SigConst.SIG_BLOCK, Signal.bit(Signal.SIGUSR1));
            self(g, Signal.SIGUSR1);
            g.pokeLong(SET, 0);
            note(g.syscall(Nr.RT_SIGSUSPEND, SET, 8));
            g.syscall(Nr.RT_SIGPROCMASK, 0, 0, SET, 8);
            note(Long.toHexString(g.peekLong(SET)));
        });
        assertThat(machine.notes).containsExactly("handler", "-4", "200");
    }

    @Test
    void sigtimedwaitTakesWithoutHandler() {
        machine.run(g -> {
            mask(g, SigConst.SIG_BLOCK, Signal.bit(Signal.SIGUSR1));
            g.syscallWithChild(c -> c.syscall(Nr.KILL, 1, Signal.SIGUSR1), Nr.FORK);
            g.pokeLong(SET, Signal.bit(Signal.SIGUSR1));
            note(g.syscall(Nr.RT_SIGTIMEDWAIT, SET, 0, 0, 8));
            g.pokeLong(SET + 16, 0);
            g.pokeLong(SET + 24, 1000);
            note(g.syscall(Nr.RT_SIGTIMEDWAIT, SET, 0, SET + 16, 8));
        });
        assertThat(machine.notes).containsExactly("10", "-11");
    }

    @Test
    void everyFatalSignalIsInTheStatus() {
        machine.run(g -> {
            for (int signo = 1; signo <= Signal.NSIG; signo++) {
                Signal.Default action = Signal.defaultAction(signo);
                if (action != Signal.Default.TERM && action != Signal.Default.CORE) {
                    continue;
                }
                int sent = signo;
                long child = g.syscallWithChild(
                        c -> {
                            c.syscall(Nr.TKILL, c.syscall(Nr.GETTID), sent);
                            c.syscall(Nr.PAUSE);
                        },
                        Nr.FORK);
                g.syscall(Nr.WAIT4, child, STATUS, 0, 0);
                if (g.peekInt(STATUS) != signo) {
                    note(signo + " gave " + g.peekInt(STATUS));
                }
            }
        });
        assertThat(machine.notes).isEmpty();
    }

    @Test
    void pidOneIgnoresDefaultActionsButNotFaults() {
        int status = machine.run(g -> {
            self(g, Signal.SIGTERM);
            self(g, Signal.SIGKILL);
            note("alive");
            g.fault(Signal.SIGSEGV, SiCode.SEGV_MAPERR, 0x10);
        });
        assertThat(machine.notes).containsExactly("alive");
        assertThat(status).isEqualTo(Signal.SIGSEGV);
    }

    @Test
    void stopAndContinueAreWaitedFor() {
        machine.run(g -> {
            long child = g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            g.syscall(Nr.KILL, child, Signal.SIGSTOP);
            note(g.syscall(Nr.WAIT4, child, STATUS, WaitFlags.WUNTRACED, 0) == child);
            note(Integer.toHexString(g.peekInt(STATUS)));
            note(g.syscall(Nr.WAIT4, child, STATUS, WaitFlags.WUNTRACED | WaitFlags.WNOHANG, 0));
            g.syscall(Nr.KILL, child, Signal.SIGCONT);
            note(g.syscall(Nr.WAIT4, child, STATUS, WaitFlags.WCONTINUED, 0) == child);
            note(Integer.toHexString(g.peekInt(STATUS)));
            g.syscall(Nr.KILL, child, Signal.SIGSTOP);
            g.syscall(Nr.WAIT4, child, STATUS, WaitFlags.WUNTRACED, 0);
            g.syscall(Nr.KILL, child, Signal.SIGKILL);
            g.syscall(Nr.WAIT4, child, STATUS, 0, 0);
            note(g.peekInt(STATUS));
        });
        assertThat(machine.notes).containsExactly("true", "137f", "0", "true", "ffff", "9");
    }

    @Test
    void faultInABlockedSignalKills() {
        machine.run(g -> {
            long child = g.syscallWithChild(
                    c -> {
                        mask(c, SigConst.SIG_BLOCK, Signal.bit(Signal.SIGSEGV));
                        c.fault(Signal.SIGSEGV, SiCode.SEGV_MAPERR, 0);
                    },
                    Nr.FORK);
            g.syscall(Nr.WAIT4, child, STATUS, 0, 0);
            note(g.peekInt(STATUS));
        });
        assertThat(machine.notes).containsExactly("11");
    }

    @Test
    void processSignalGoesToTheThreadThatDoesNotBlockIt() {
        AtomicBoolean ready = new AtomicBoolean();
        machine.run(g -> {
            handle(g, Signal.SIGUSR1, 0, 0, h -> note("in " + (h.syscall(Nr.GETTID) == 1 ? "main" : "thread")));
            long flags = CloneFlags.CLONE_VM | CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_THREAD;
            long handler = g.peekLong(ACTION);
            long tid = g.syscallWithChild(
                    t -> {
                        // A handler runs only in a program that has said so: the signal must not come before.
                        t.handlerAt(handler);
                        ready.set(true);
                        while (machine.notes.isEmpty()) {
                            t.syscall(Nr.SCHED_YIELD);
                        }
                        t.syscall(Nr.EXIT, 0);
                    },
                    Nr.CLONE,
                    flags,
                    0);
            mask(g, SigConst.SIG_BLOCK, Signal.bit(Signal.SIGUSR1));
            while (!ready.get()) {
                g.syscall(Nr.SCHED_YIELD);
            }
            self(g, Signal.SIGUSR1);
            while (g.syscall(Nr.TKILL, tid, 0) == 0) {
                Thread.onSpinWait();
            }
        });
        assertThat(machine.notes).containsExactly("in thread");
    }

    @Test
    void alternateStackIsUsedAndToldOf() {
        long stack = TestMachine.MEMORY + 0x8000;
        machine.run(g -> {
            g.pokeLong(SET, stack);
            g.pokeLong(SET + 8, 0);
            g.pokeLong(SET + 16, 0x4000);
            note(g.syscall(Nr.SIGALTSTACK, SET, 0));
            handle(g, Signal.SIGUSR1, SigConst.SA_ONSTACK, 0, h -> {
                long sp = h.reg(Reg.RSP);
                note(sp > stack && sp < stack + 0x4000);
                note(h.syscall(Nr.SIGALTSTACK, 0, SET + 32));
                note(h.peekInt(SET + 32 + 8));
                note(h.syscall(Nr.SIGALTSTACK, SET, 0));
            });
            self(g, Signal.SIGUSR1);
        });
        assertThat(machine.notes).containsExactly("0", "true", "0", "1", "-1");
    }

    @Test
    void sigchldTellsWhoAndWhy() {
        machine.run(g -> {
            handle(g, Signal.SIGCHLD, SigConst.SA_SIGINFO | SigConst.SA_RESTART, 0, h -> {
                long info = h.reg(Reg.RSI);
                note(h.peekInt(info + Siginfo.SI_CODE) + " " + h.peekInt(info + Siginfo.SI_STATUS));
            });
            g.syscallWithChild(c -> c.syscall(Nr.EXIT_GROUP, 7), Nr.FORK);
            g.syscall(Nr.WAIT4, -1, STATUS, 0, 0);
        });
        assertThat(machine.notes).containsExactly(SiCode.CLD_EXITED + " 7");
    }
}
