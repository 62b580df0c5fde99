package umlaut.kernel.wait;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.EventFlags;
import umlaut.abi.Nr;
import umlaut.abi.Poll;
import umlaut.engine.scripted.Guest;
import umlaut.kernel.task.TestMachine;

/** epoll(7): levels, edges, one-shot, nesting, what goes with the last close. */
class EventPollTest {
    private static final long EVENT = TestMachine.MEMORY;
    private static final long WORD = TestMachine.MEMORY + 64;
    private static final long EVENTS = TestMachine.MEMORY + 256;

    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private static long eventfd(Guest g, int initial) {
        return g.syscall(Nr.EVENTFD2, initial, EventFlags.EFD_NONBLOCK);
    }

    private static long control(Guest g, long epoll, int operation, long fd, int events) {
        g.pokeLong(EVENT, events & 0xffff_ffffL);
        g.pokeLong(EVENT + 4, fd);
        return g.syscall(Nr.EPOLL_CTL, epoll, operation, fd, EVENT);
    }

    private static long add(Guest g, long epoll, long fd, int events) {
        return control(g, epoll, Poll.EPOLL_CTL_ADD, fd, events);
    }

    private static long wait(Guest g, long epoll, int timeoutMs) {
        return g.syscall(Nr.EPOLL_WAIT, epoll, EVENTS, 8, timeoutMs);
    }

    private static void post(Guest g, long fd) {
        g.pokeLong(WORD, 1);
        g.syscall(Nr.WRITE, fd, WORD, 8);
    }

    @Test
    void levelsStayEdgesDoNot() {
        machine.run(g -> {
            long epoll = g.syscall(Nr.EPOLL_CREATE1, 0);
            long level = eventfd(g, 1);
            long edge = eventfd(g, 1);
            add(g, epoll, level, Poll.EPOLLIN);
            add(g, epoll, edge, Poll.EPOLLIN | Poll.EPOLLET);
            note(wait(g, epoll, 0));
            note(wait(g, epoll, 0));
            note(g.peekLong(EVENTS + 4) == level);
            post(g, edge);
            note(wait(g, epoll, 0));
        });
        assertThat(machine.notes).containsExactly("2", "1", "true", "2");
    }

    @Test
    void oneShotFiresOnceUntilArmedAgain() {
        machine.run(g -> {
            long epoll = g.syscall(Nr.EPOLL_CREATE1, 0);
            long fd = eventfd(g, 1);
            add(g, epoll, fd, Poll.EPOLLIN | Poll.EPOLLONESHOT);
            note(wait(g, epoll, 0));
            post(g, fd);
            note(wait(g, epoll, 0));
            control(g, epoll, Poll.EPOLL_CTL_MOD, fd, Poll.EPOLLIN | Poll.EPOLLONESHOT);
            note(wait(g, epoll, 0));
        });
        assertThat(machine.notes).containsExactly("1", "0", "1");
    }

    @Test
    void aSleeperIsWoken() {
        machine.run(g -> {
            long epoll = g.syscall(Nr.EPOLL_CREATE1, 0);
            long fd = eventfd(g, 0);
            add(g, epoll, fd, Poll.EPOLLIN);
            g.syscallWithChild(
                    c -> {
                        c.pokeLong(WORD, 20_000_000);
                        c.pokeLong(WORD - 8, 0);
                        c.syscall(Nr.NANOSLEEP, WORD - 8, 0);
                        post(c, fd);
                    },
                    Nr.FORK);
            note(wait(g, epoll, -1));
            note(g.peekInt(EVENTS));
        });
        assertThat(machine.notes).containsExactly("1", "1");
    }

    @Test
    void instancesWatchInstancesButNotInCircles() {
        machine.run(g -> {
            long outer = g.syscall(Nr.EPOLL_CREATE1, 0);
            long inner = g.syscall(Nr.EPOLL_CREATE1, 0);
            long fd = eventfd(g, 0);
            add(g, inner, fd, Poll.EPOLLIN);
            note(add(g, outer, inner, Poll.EPOLLIN));
            note(add(g, inner, outer, Poll.EPOLLIN));
            note(wait(g, outer, 0));
            post(g, fd);
            note(wait(g, outer, 0));
            g.syscall(Nr.READ, fd, WORD, 8);
            note(wait(g, outer, 0));
        });
        assertThat(machine.notes).containsExactly("0", String.valueOf(Errno.ELOOP.negative()), "0", "1", "0");
    }

    @Test
    void theLastCloseRemoves() {
        machine.run(g -> {
            long epoll = g.syscall(Nr.EPOLL_CREATE1, 0);
            long fd = eventfd(g, 1);
            long copy = g.syscall(Nr.DUP, fd);
            add(g, epoll, fd, Poll.EPOLLIN);
            g.syscall(Nr.CLOSE, fd);
            note(wait(g, epoll, 0));
            g.syscall(Nr.CLOSE, copy);
            note(wait(g, epoll, 0));
        });
        assertThat(machine.notes).containsExactly("1", "0");
    }

    @Test
    void errorsAreLinuxs() {
        machine.run(g -> {
            long epoll = g.syscall(Nr.EPOLL_CREATE1, 0);
            long fd = eventfd(g, 1);
            note(add(g, epoll, epoll, Poll.EPOLLIN));
            note(add(g, fd, fd, Poll.EPOLLIN));
            note(add(g, epoll, 99, Poll.EPOLLIN));
            add(g, epoll, fd, Poll.EPOLLIN);
            note(add(g, epoll, fd, Poll.EPOLLIN));
            control(g, epoll, Poll.EPOLL_CTL_DEL, fd, 0);
            note(control(g, epoll, Poll.EPOLL_CTL_DEL, fd, 0));
            note(g.syscall(Nr.EPOLL_WAIT, epoll, EVENTS, 0, 0));
        });
        assertThat(machine.notes).containsExactly("-22", "-22", "-9", "-17", "-2", "-22");
    }
}
