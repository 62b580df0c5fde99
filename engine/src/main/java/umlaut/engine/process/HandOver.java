package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import umlaut.host.Futex;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;

/**
 * The kernel's side of the exchange through an area's state word: answers are posted, the next request is awaited, by polling or asleep as {@link Placement} and {@link Pacer} have it. Belongs
 * to the guest thread's kernel thread. See docs/engine.md, Handing over.
 */
final class HandOver {
    /** Resumes between two looks at the host's load, less one. */
    private static final int LOOK_MASK = 63;

    /** The same for whether others wait for their turn to poll. */
    private static final int TURN_MASK = 15;

    /** So much less is polled while others wait to: both sides' work between two calls is mostly done by then. */
    private static final int HURRY = 8;

    private final NativeThread thread;
    private final NativeAddressSpace space;
    private final MemorySegment area;
    private final Pacer pacer;
    private final Placement placement;
    private final Doze doze;
    /** How often the guest thread looks for an answer before it sleeps, as the area has it. */
    private int polls;

    private int resumes;
    /** It is this pair's turn to poll, and since when. */
    private boolean turn;

    private long turnNs;

    HandOver(NativeThread thread, AreaUse use) {
        this.thread = thread;
        space = thread.space;
        area = thread.area;
        pacer = thread.engine.pacer;
        placement = new Placement(pacer, this::placeGuest);
        doze = new Doze(area, use);
    }

    /** See {@link Placement#bornOn}. */
    void bornOn(int cpu) {
        placement.bornOn(cpu);
    }

    /** The guest thread, asleep, is to be woken by the caller, who is not its kernel thread. */
    void comeHere() {
        placement.comeHere();
    }

    /** On the kernel thread, before anything else here. */
    void begin() {
        if (resumes == 0) {
            placement.begin(false);
        }
    }

    /** The first resume was somebody else's doing: {@link NativeThread#launch}. */
    void launched() {
        if (resumes == 0) {
            placement.begin(true);
            resumes = 1;
        }
    }

    /** Before a resume. @return whether it is the first */
    boolean setPace() {
        pacer.giveWay();
        placement.resuming();
        if ((++resumes & LOOK_MASK) == 0) {
            pacer.look(guestSleeps() ? 1 : 2);
        }
        if (turn && (resumes & TURN_MASK) == 0 && pacer.turns.areWanted() && Turns.isOver(System.nanoTime() - turnNs)) {
            leaveTurn();
        }
        int wanted = turn && placement.polls() ? pacer.rounds : 0;
        if (wanted != polls) {
            polls = wanted;
            area.set(Layouts.INT, Area.POLLS, wanted);
        }
        return resumes == 1;
    }

    void post(int answer) {
        int old = (int) Layouts.WORD.getAndSet(area, (long) Area.STATE, answer);
        if ((old & State.ASLEEP) != 0) {
            placement.guestSlept();
            Futex.wake(area, Area.STATE, 1);
        }
    }

    /** From any thread, while the thread's own dozes in the request. */
    void answer(int answer) {
        doze.answered = true;
        int old = (int) Layouts.WORD.getAndSet(area, (long) Area.STATE, answer | State.ASLEEP);
        if ((old & State.ASLEEP) != 0) {
            Futex.wakeBits(area, Area.STATE, State.GUEST_SIDE);
        }
    }

    /** What {@link #answer} said has been seen. */
    void forgetAnswer() {
        doze.answered = false;
    }

    /** Polls for a while, then sleeps, until it is the JVM's turn. */
    int awaitRequest() {
        boolean polls = turn && placement.polls();
        int rounds = polls ? pacer.turns.areWanted() ? pacer.rounds / HURRY : pacer.rounds : 1;
        int state = HostCalls.poll(area, Area.STATE, State.REQUEST, State.REQUEST, rounds);
        if ((state & State.REQUEST) != 0) {
            VarHandle.acquireFence();
            if (polls && placement.polled()) {
                placement.missed(guestCpu());
            }
            return state;
        }
        leaveTurn();
        pacer.look(2);
        placement.sleeping(guestCpu());
        return sleepForRequest();
    }

    /** A request has come, and the caller holds no locks: for a pair that polls, waits for its turn to do so. */
    void takeTurn() {
        if (!turn && placement.polls()) {
            turn = pacer.turns.tryTake();
            if (!turn) {
                noPolling();
                turn = pacer.turns.take();
            }
            turnNs = System.nanoTime();
        }
    }

    private void leaveTurn() {
        if (turn) {
            turn = false;
            pacer.turns.leave();
        }
    }

    private int sleepForRequest() {
        for (; ; ) {
            int state = (int) Layouts.WORD.getVolatile(area, (long) Area.STATE);
            if ((state & State.REQUEST) != 0) {
                return state;
            }
            if (space.isDead()) {
                return State.DEAD;
            }
            int asleep = state | State.ASLEEP;
            if (state != asleep && !Layouts.WORD.compareAndSet(area, (long) Area.STATE, state, asleep)) {
                continue;
            }
            if (!placement.isBound()) {
                Futex.await(area, Area.STATE, asleep);
            } else if (Futex.await(area, Area.STATE, asleep, placement.patienceNs()) == Futex.TIMED_OUT) {
                placement.release();
            }
        }
    }

    /** Sleeps within a system call that another thread may answer. May come back early. */
    void doze(long deadlineNs) {
        sleeping();
        if (!placement.isBound()) {
            doze.sleep(deadlineNs);
            return;
        }
        long release = System.nanoTime() + placement.bondNs();
        doze.sleep(Math.min(deadlineNs, release));
        if (System.nanoTime() - release >= 0) {
            placement.release();
        }
    }

    void nudge() {
        doze.nudge();
    }

    /** The kernel thread is going to sleep for something else than a request: the guest thread need not poll for the answer. */
    void sleeping() {
        leaveTurn();
        placement.blocking(guestCpu());
        noPolling();
    }

    private void noPolling() {
        for (; ; ) {
            int state = (int) Layouts.WORD.getVolatile(area, (long) Area.STATE);
            if ((state & State.REQUEST) == 0 || (state & (State.ASLEEP | State.NO_POLLING)) != 0) {
                return;
            }
            if (Layouts.WORD.compareAndSet(area, (long) Area.STATE, state, state | State.NO_POLLING)) {
                return;
            }
        }
    }

    /** The host thread may serve another guest thread next. */
    void close() {
        sleeping();
    }

    /** See {@link Placement#guestConfinedTo}. */
    int guestConfinedTo() {
        return placement.guestConfinedTo();
    }

    /** See {@link Placement#limitGuest}. */
    void limitGuest(long cpus) {
        placement.limitGuest(cpus);
    }

    /** While it is the kernel's turn. */
    private boolean guestSleeps() {
        return ((int) Layouts.WORD.getVolatile(area, (long) Area.STATE) & State.ASLEEP) != 0;
    }

    /** Where the guest thread slept last, or -1. */
    private int guestCpu() {
        int cpu = area.get(Layouts.INT, Area.CPU);
        return cpu < 0 ? -1 : cpu & (1 << Area.CPU_BITS) - 1;
    }

    private void placeGuest(long cpus) {
        thread.engine.reaper.place(space, thread.hostTid(), cpus);
    }
}
