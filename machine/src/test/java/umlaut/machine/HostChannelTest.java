package umlaut.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.wait.BlockingOp;
import umlaut.kernel.wait.WaitEntry;

/** Standard streams on host pipes: bytes, ends, waiting. */
class HostChannelTest {
    private static final int PIPE2 = 293;
    private final Arena arena = Arena.ofAuto();
    private final int readEnd;
    private final int writeEnd;

    HostChannelTest() {
        MemorySegment fds = arena.allocate(8);
        assertThat(HostCalls.call(PIPE2, fds.address(), Files.O_CLOEXEC)).isZero();
        readEnd = fds.get(Layouts.INT, 0);
        writeEnd = fds.get(Layouts.INT, 4);
    }

    private MemorySegment bytes(String text) {
        return arena.allocateFrom(Layouts.BYTE, text.getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void readsWhatThereIsThenTheEnd() {
        try (HostPoller poller = new HostPoller()) {
            HostChannel channel = new HostChannel(readEnd, false, poller);
            MemorySegment to = arena.allocate(100);
            assertThat(channel.read(new IovIter().kernel(to, 0, 100))).isEqualTo(BlockingOp.WOULD_BLOCK);
            Files.write(writeEnd, bytes("hello"), 0, 5);
            assertThat(channel.read(new IovIter().kernel(to, 0, 3))).isEqualTo(3);
            assertThat(channel.read(new IovIter().kernel(to, 0, 100))).isEqualTo(2);
            Files.close(writeEnd);
            assertThat(channel.read(new IovIter().kernel(to, 0, 100))).isZero();
        }
    }

    @Test
    void wakesWhoeverWaits() throws InterruptedException {
        try (HostPoller poller = new HostPoller()) {
            HostChannel channel = new HostChannel(readEnd, false, poller);
            CountDownLatch woken = new CountDownLatch(1);
            channel.queue.add(new WaitEntry(
                    events -> {
                        woken.countDown();
                        return true;
                    },
                    false));
            MemorySegment to = arena.allocate(10);
            assertThat(channel.read(new IovIter().kernel(to, 0, 10))).isEqualTo(BlockingOp.WOULD_BLOCK);
            Files.write(writeEnd, bytes("x"), 0, 1);
            woken.await();
        }
    }

    @Test
    void writesPartOfWhatIsTooMuchAndTellsABrokenPipe() {
        try (HostPoller poller = new HostPoller()) {
            HostChannel channel = new HostChannel(writeEnd, true, poller);
            MemorySegment from = arena.allocate(8 << 20);
            IovIter iter = new IovIter().kernel(from, 0, from.byteSize());
            long moved = channel.write(iter);
            assertThat(moved).isPositive().isLessThan(from.byteSize());
            assertThat(iter.remaining()).isEqualTo(from.byteSize() - moved);
            assertThat(channel.write(iter)).isEqualTo(BlockingOp.WOULD_BLOCK);
            Files.close(readEnd);
            assertThat(channel.write(iter)).isEqualTo(Errno.EPIPE.negative());
        }
    }
}
