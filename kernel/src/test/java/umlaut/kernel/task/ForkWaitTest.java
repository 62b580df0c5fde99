package umlaut.kernel.task;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.abi.Nr;
import umlaut.abi.Signal;
import umlaut.abi.WaitFlags;
import umlaut.engine.scripted.Guest;

/** fork, exit and wait as fork(2), _exit(2) and wait(2) tell. */
class ForkWaitTest {
    private final TestMachine machine = new TestMachine();

    private static final long STATUS = TestMachine.MEMORY;

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private static void exit(Guest g, int code) {
        g.syscall(Nr.EXIT_GROUP, code);
    }

    @Test
    void statusOfExitIsItsLowByte() {
        assertThat(machine.run(g -> exit(g, 0x107))).isEqualTo(7 << 8);
    }

    @Test
    void parentGetsChildsStatusAndThenNoMore() {
        machine.run(g -> {
            long child = g.syscallWithChild(c -> exit(c, 3), Nr.FORK);
            note(g.syscall(Nr.WAIT4, -1, STATUS, 0, 0) == child);
            note(g.peekInt(STATUS));
            note(g.syscall(Nr.WAIT4, -1, STATUS, 0, 0));
        });
        assertThat(machine.notes).containsExactly("true", "768", String.valueOf(Errno.ECHILD.negative()));
    }

    @Test
    void childSeesItsOwnIdsAndItsParents() {
        machine.run(g -> {
            note(g.syscall(Nr.GETPID) + " " + g.syscall(Nr.GETPPID));
            g.syscallWithChild(
                    c -> {
                        note(c.syscall(Nr.GETPID) + " " + c.syscall(Nr.GETTID) + " " + c.syscall(Nr.GETPPID) + " "
                                + c.syscall(Nr.GETPGRP) + " " + c.syscall(Nr.GETSID, 0));
                    },
                    Nr.FORK);
            g.syscall(Nr.WAIT4, -1, 0, 0, 0);
        });
        assertThat(machine.notes).containsExactly("1 0", "2 2 1 1 1");
    }

    @Test
    void noHangSaysZeroWhileTheChildLives() {
        machine.run(g -> {
            long child = g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            note(g.syscall(Nr.WAIT4, child, STATUS, WaitFlags.WNOHANG, 0));
            g.syscall(Nr.KILL, child, Signal.SIGKILL);
            note(g.syscall(Nr.WAIT4, child, STATUS, 0, 0) == child);
            note(g.peekInt(STATUS));
        });
        assertThat(machine.notes).containsExactly("0", "true", "9");
    }

    @Test
    void orphansGoToPidOne() {
        machine.run(g -> {
            g.syscallWithChild(
                    c -> {
                        c.syscallWithChild(
                                gc -> {
                                    while (gc.syscall(Nr.GETPPID) != 1) {
                                        Thread.onSpinWait();
                                    }
                                    exit(gc, 5);
                                },
                                Nr.FORK);
                        exit(c, 4);
                    },
                    Nr.FORK);
            note(g.syscall(Nr.WAIT4, -1, STATUS, 0, 0) > 1);
            note(g.syscall(Nr.WAIT4, -1, STATUS, 0, 0) > 1);
            note(g.syscall(Nr.WAIT4, -1, STATUS, 0, 0));
        });
        assertThat(machine.notes).containsExactly("true", "true", "-10");
    }

    @Test
    void subreaperAdoptsOrphans() {
        machine.run(g -> {
            g.syscallWithChild(
                    c -> {
                        c.syscall(Nr.PRCTL, umlaut.abi.Prctl.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
                        c.syscallWithChild(
                                d -> {
                                    d.syscallWithChild(e -> exit(e, 9), Nr.FORK);
                                    exit(d, 1);
                                },
                                Nr.FORK);
                        note(c.syscall(Nr.WAIT4, -1, 0, 0, 0) > 0);
                        note(c.syscall(Nr.WAIT4, -1, 0, 0, 0) > 0);
                    },
                    Nr.FORK);
            g.syscall(Nr.WAIT4, -1, 0, 0, 0);
        });
        assertThat(machine.notes).containsExactly("true", "true");
    }

    @Test
    void vforkParentWaitsForExit() {
        machine.run(g -> {
            g.syscallWithChild(
                    c -> {
                        note("child");
                        exit(c, 0);
                    },
                    Nr.VFORK);
            note("parent");
        });
        assertThat(machine.notes).containsExactly("child", "parent");
    }

    @Test
    void threadsShareAPidAndEndWithTheGroup() {
        int status = machine.run(g -> {
            long flags = CloneFlags.CLONE_VM
                    | CloneFlags.CLONE_SIGHAND
                    | CloneFlags.CLONE_THREAD
                    | CloneFlags.CLONE_PARENT_SETTID;
            long tid = g.syscallWithChild(
                    t -> {
                        note(t.syscall(Nr.GETPID) + " " + (t.syscall(Nr.GETTID) == t.peekInt(STATUS)));
                        exit(t, 6);
                    },
                    Nr.CLONE,
                    flags,
                    0,
                    STATUS);
            note(tid > 1);
            g.syscall(Nr.PAUSE);
        });
        assertThat(status).isEqualTo(6 << 8);
        assertThat(machine.notes).contains("1 true", "true");
    }

    @Test
    void lastThreadsCodeCounts() {
        int status = machine.run(g -> {
            long flags = CloneFlags.CLONE_VM | CloneFlags.CLONE_SIGHAND | CloneFlags.CLONE_THREAD;
            g.syscallWithChild(
                    t -> {
                        Task leader = machine.kernel.tasks.task(1);
                        while (leader != null && !leader.exited) {
                            Thread.onSpinWait();
                        }
                        t.syscall(Nr.EXIT, 8);
                    },
                    Nr.CLONE,
                    flags,
                    0);
            g.syscall(Nr.EXIT, 2);
        });
        assertThat(status).isEqualTo(8 << 8);
    }

    @Test
    void cloneRefusesWhatMakesNoSense() {
        machine.run(g -> {
            note(g.syscall(Nr.CLONE, CloneFlags.CLONE_THREAD, 0));
            note(g.syscall(Nr.CLONE, CloneFlags.CLONE_SIGHAND, 0));
            note(g.syscall(Nr.CLONE, CloneFlags.CLONE_FS | CloneFlags.CLONE_NEWNS, 0));
            note(g.syscall(Nr.CLONE, CloneFlags.CLONE_PARENT, 0));
        });
        assertThat(machine.notes).containsOnly("-22").hasSize(4);
    }

    @Test
    void pidsLimitIsEagain() {
        TestMachine small = new TestMachine(3);
        small.run(g -> {
            g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            small.notes.add(String.valueOf(g.syscallWithChild(c -> {}, Nr.FORK)));
        });
        assertThat(small.notes).contains("-11");
        assertThat(small.kernel.tasks.taskCount()).isZero();
    }

    @Test
    void endOfPidOneEndsAllAndLeavesNothing() {
        machine.run(g -> {
            for (int i = 0; i < 20; i++) {
                g.syscallWithChild(
                        c -> {
                            c.syscallWithChild(d -> d.syscall(Nr.PAUSE), Nr.FORK);
                            c.syscall(Nr.PAUSE);
                        },
                        Nr.FORK);
            }
            exit(g, 1);
        });
        assertThat(machine.kernel.tasks.taskCount()).isZero();
        assertThat(machine.kernel.tasks.groups()).isEmpty();
        machine.kernel.tasks.lock.lock();
        try {
            assertThat(machine.kernel.tasks.session(1)).isNull();
            assertThat(machine.kernel.tasks.processGroup(1)).isNull();
        } finally {
            machine.kernel.tasks.lock.unlock();
        }
    }

    @Test
    void ignoredSigchldReapsAtOnce() {
        machine.run(g -> {
            g.pokeLong(TestMachine.MEMORY + 64, 1);
            g.syscall(Nr.RT_SIGACTION, Signal.SIGCHLD, TestMachine.MEMORY + 64, 0, 8);
            g.syscallWithChild(c -> exit(c, 0), Nr.FORK);
            note(g.syscall(Nr.WAIT4, -1, 0, 0, 0));
            note(machine.kernel.tasks.groups().size());
        });
        assertThat(machine.notes).containsExactly("-10", "1");
    }

    @Test
    void manyProcessesLeaveNothing() {
        machine.run(g -> {
            for (int i = 0; i < 300; i++) {
                g.syscallWithChild(c -> exit(c, 0), Nr.FORK);
                g.syscall(Nr.WAIT4, -1, 0, 0, 0);
            }
            note(machine.kernel.tasks.taskCount());
            note(machine.kernel.users.of(0).tasks.get());
        });
        assertThat(machine.notes).containsExactly("1", "1");
    }

    @Test
    void sessionsAndGroups() {
        machine.run(g -> {
            note(g.syscall(Nr.SETSID));
            long child = g.syscallWithChild(
                    c -> {
                        note("sid " + c.syscall(Nr.SETSID));
                        note("again " + c.syscall(Nr.SETSID));
                        note("setpgid " + c.syscall(Nr.SETPGID, 0, 0));
                    },
                    Nr.FORK);
            g.syscall(Nr.WAIT4, child, 0, 0, 0);
            long other = g.syscallWithChild(c -> c.syscall(Nr.PAUSE), Nr.FORK);
            note(g.syscall(Nr.SETPGID, other, other));
            note(g.syscall(Nr.GETPGID, other) == other);
            note(g.syscall(Nr.SETPGID, other, 999));
            g.syscall(Nr.KILL, -other, Signal.SIGKILL);
            note(g.syscall(Nr.WAIT4, -other, STATUS, 0, 0) == other);
        });
        assertThat(machine.notes).containsExactly("-1", "sid 2", "again -1", "setpgid -1", "0", "true", "-1", "true");
    }
}
