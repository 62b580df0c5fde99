package umlaut.kernel.ipc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.Ioctl;
import umlaut.abi.Nr;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Signal;
import umlaut.engine.scripted.Guest;
import umlaut.kernel.task.TestMachine;

/** Pipes as pipe(2) and pipe(7) tell. */
class PipeTest {
    private static final long FDS = TestMachine.MEMORY;
    private static final long POLL = TestMachine.MEMORY + 64;
    private static final long BUFFER = TestMachine.MEMORY + 256;
    private static final long ROOM = TestMachine.MEMORY_SIZE - 8192;

    private final TestMachine machine = new TestMachine();

    private void note(Object what) {
        machine.notes.add(String.valueOf(what));
    }

    private static int reader(Guest g) {
        return g.peekInt(FDS);
    }

    private static int writer(Guest g) {
        return g.peekInt(FDS + 4);
    }

    private static long read(Guest g, long count) {
        return g.syscall(Nr.READ, reader(g), BUFFER, count);
    }

    private static long write(Guest g, long count) {
        return g.syscall(Nr.WRITE, writer(g), BUFFER, count);
    }

    private static int poll(Guest g, int fd, int events) {
        g.pokeLong(POLL, fd & 0xffff_ffffL | (long) events << 32);
        g.syscall(Nr.POLL, POLL, 1, 0);
        return g.peekInt(POLL + 4) >>> 16;
    }

    @Test
    void bytesComeOutInOrderAndTheEndIsZero() {
        machine.run(g -> {
            g.syscall(Nr.PIPE, FDS);
            g.pokeString(BUFFER, "hello");
            note(write(g, 5));
            g.poke(BUFFER, new byte[5]);
            note(read(g, 2));
            note(read(g, 100));
            note(new String(g.peek(BUFFER, 3)));
            g.syscall(Nr.CLOSE, writer(g));
            note(read(g, 100));
        });
        assertThat(machine.notes).containsExactly("5", "2", "3", "llo", "0");
    }

    @Test
    void aFullPipeTakesNoMoreUntilAPageIsFree() {
        machine.run(g -> {
            g.syscall(Nr.PIPE2, FDS, OpenFlags.O_NONBLOCK);
            long filled = 0;
            for (long n = write(g, ROOM); n > 0; n = write(g, ROOM)) {
                filled += n;
            }
            note(filled);
            note(write(g, 1));
            note(poll(g, writer(g), Poll.POLLOUT));
            note(read(g, 4095));
            note(poll(g, writer(g), Poll.POLLOUT));
            note(read(g, 1));
            note(poll(g, writer(g), Poll.POLLOUT));
            g.syscall(Nr.IOCTL, reader(g), Ioctl.FIONREAD, BUFFER);
            note(g.peekInt(BUFFER));
        });
        assertThat(machine.notes)
                .containsExactly("65536", String.valueOf(Errno.EAGAIN.negative()), "0", "4095", "0", "1", "4", "61440");
    }

    @Test
    void smallWritesAreNotTorn() {
        machine.run(g -> {
            g.syscall(Nr.PIPE2, FDS, OpenFlags.O_NONBLOCK);
            g.syscall(Nr.FCNTL, writer(g), Fcntl.F_SETPIPE_SZ, 4096);
            note(write(g, 4000));
            note(write(g, 97));
            note(write(g, 96));
        });
        assertThat(machine.notes).containsExactly("4000", String.valueOf(Errno.EAGAIN.negative()), "96");
    }

    @Test
    void aBlockingWriteMovesAllOfIt() {
        machine.run(g -> {
            g.syscall(Nr.PIPE, FDS);
            g.syscall(Nr.FCNTL, writer(g), Fcntl.F_SETPIPE_SZ, 4096);
            g.syscallWithChild(
                    c -> {
                        c.syscall(Nr.CLOSE, writer(c));
                        long sum = 0;
                        for (long n = read(c, 1000); n > 0; n = read(c, 1000)) {
                            sum += n;
                        }
                        note(sum);
                    },
                    Nr.FORK);
            note(write(g, 40_000));
            g.syscall(Nr.CLOSE, writer(g));
            g.syscall(Nr.WAIT4, -1, 0, 0, 0);
        });
        assertThat(machine.notes).containsExactly("40000", "40000");
    }

    @Test
    void writingWithoutReadersIsDeadly() {
        machine.run(g -> {
            g.syscall(Nr.PIPE, FDS);
            g.syscall(Nr.CLOSE, reader(g));
            g.syscallWithChild(
                    c -> {
                        note(poll(c, writer(c), Poll.POLLOUT));
                        write(c, 1);
                        note("lives");
                    },
                    Nr.FORK);
            g.syscall(Nr.WAIT4, -1, BUFFER, 0, 0);
            note(g.peekInt(BUFFER));
        });
        assertThat(machine.notes)
                .containsExactly(String.valueOf(Poll.POLLOUT | Poll.POLLERR), String.valueOf(Signal.SIGPIPE));
    }

    @Test
    void packetsStayApart() {
        machine.run(g -> {
            g.syscall(Nr.PIPE2, FDS, OpenFlags.O_DIRECT | OpenFlags.O_NONBLOCK);
            write(g, 3);
            write(g, 5000);
            note(read(g, 100));
            note(read(g, 100));
            note(read(g, 10_000));
            note(read(g, 100));
        });
        assertThat(machine.notes).containsExactly("3", "100", "904", String.valueOf(Errno.EAGAIN.negative()));
    }

    @Test
    void teeCopiesAndSpliceMoves() {
        long second = FDS + 8;
        machine.run(g -> {
            g.syscall(Nr.PIPE2, FDS, OpenFlags.O_NONBLOCK);
            g.syscall(Nr.PIPE2, second, OpenFlags.O_NONBLOCK);
            g.pokeString(BUFFER, "abcdef");
            write(g, 6);
            note(g.syscall(Nr.TEE, reader(g), g.peekInt(second + 4), 4, 0));
            note(g.syscall(Nr.SPLICE, reader(g), 0, g.peekInt(second + 4), 0, 100, 0));
            note(read(g, 100));
            note(g.syscall(Nr.READ, g.peekInt(second), BUFFER, 100));
            note(new String(g.peek(BUFFER, 10)));
        });
        assertThat(machine.notes)
                .containsExactly("4", "6", String.valueOf(Errno.EAGAIN.negative()), "10", "abcdabcdef");
    }

    @Test
    void ringsKeepTheirBytesWhenTheyGrow() {
        machine.run(g -> {
            g.syscall(Nr.PIPE, FDS);
            byte[] first = new byte[3000];
            Arrays.fill(first, (byte) 1);
            g.poke(BUFFER, first);
            write(g, 3000);
            read(g, 2000);
            byte[] second = new byte[20_000];
            Arrays.fill(second, (byte) 2);
            g.poke(BUFFER, second);
            write(g, 20_000);
            note(read(g, 30_000));
            byte[] all = g.peek(BUFFER, 21_000);
            note(all[0] + " " + all[999] + " " + all[1000] + " " + all[20_999]);
        });
        assertThat(machine.notes).containsExactly("21000", "1 1 2 2");
    }
}
