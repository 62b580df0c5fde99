package umlaut.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A few host calls of each kind, end to end. */
class HostTest {
    @Test
    void errorsAreNegativeNumbers() {
        assertThat(Files.openat(Files.AT_FDCWD, Scratch.path("/no such file"), Files.O_RDONLY, 0))
                .isEqualTo(-2);
        assertThat(Files.openat(Files.AT_FDCWD, Scratch.path("x".repeat(5000)), Files.O_RDONLY, 0))
                .isEqualTo(-36);
        assertThat(HostCalls.isError(-4095)).isTrue();
        assertThat(HostCalls.isError(-4096)).isFalse();
    }

    @Test
    void memfdsAreFilesAndMemory() {
        int fd = Memory.memfd("test", 8192L);
        MemorySegment map = Memory.map(fd, 4096, 4096, Memory.PROT_READ | Memory.PROT_WRITE);
        map.set(Layouts.INT, 8, 42);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(4);
            assertThat(Files.pread(fd, buffer, 0, 4, 4096 + 8)).isEqualTo(4);
            assertThat(buffer.get(Layouts.INT, 0)).isEqualTo(42);
            MemorySegment stat = arena.allocate(144);
            assertThat(Files.fstat(fd, stat)).isZero();
            assertThat(stat.get(Layouts.LONG, 48)).isEqualTo(8192);
        }
        assertThat(Memory.munmap(map)).isZero();
        assertThat(Files.close(fd)).isZero();
    }

    /** Where the host lets nobody mount, there is none: its errors are negative. */
    @Test
    void filesWithLargePagesAreOrdinaryFilesBesides() {
        int fd = LargePageFile.create();
        if (fd < 0) {
            assertThat(HostCalls.isError(fd)).isTrue();
            return;
        }
        long length = 2L * LargePageFile.LARGE_PAGE;
        assertThat(Files.ftruncate(fd, length)).isZero();
        MemorySegment map = Memory.mapUntilUnused(fd, length, Memory.PROT_READ | Memory.PROT_WRITE);
        assertThat(map.address() % LargePageFile.LARGE_PAGE).isZero();
        assertThat(Memory.madvise(map.address(), length, Memory.MADV_HUGEPAGE)).isZero();
        map.set(Layouts.INT, LargePageFile.LARGE_PAGE + 8, 42);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(144, 8);
            assertThat(Files.pread(fd, buffer, 0, 4, LargePageFile.LARGE_PAGE + 8))
                    .isEqualTo(4);
            assertThat(buffer.get(Layouts.INT, 0)).isEqualTo(42);
            assertThat(Files.fstat(fd, buffer)).isZero();
            assertThat(buffer.get(Layouts.INT, 28)).isEqualTo(Processes.getuid());
        }
    }

    @Test
    void descriptorsTravelOverSockets() {
        long pair = Sockets.socketpair(Sockets.AF_UNIX, Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC);
        int a = (int) pair;
        int b = (int) (pair >> 32);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(8);
            buffer.set(Layouts.BYTE, 0, (byte) 7);
            assertThat(Sockets.sendFd(a, buffer, 1, b)).isEqualTo(1);
            long received = Sockets.recvFd(b, buffer, 8, 0);
            assertThat((int) received).isEqualTo(1);
            int passed = Sockets.passedFd(received);
            assertThat(passed).isGreaterThan(b);
            assertThat(Sockets.sendto(a, buffer, 2, 0, MemorySegment.NULL, 0)).isEqualTo(2);
            received = Sockets.recvFd(passed, buffer, 8, 0);
            assertThat((int) received).isEqualTo(2);
            assertThat(Sockets.passedFd(received)).isEqualTo(-1);
            Files.close(passed);
        }
        Files.close(a);
        Files.close(b);
    }

    @Test
    void processesAreStartedAndAwaited() {
        long pid = Processes.spawn("/bin/sh", List.of("sh", "-c", "exit 3"));
        assertThat(pid).isPositive();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(4);
            assertThat(Processes.wait4((int) pid, status, 0, MemorySegment.NULL))
                    .isEqualTo(pid);
            assertThat(status.get(Layouts.INT, 0)).isEqualTo(3 << 8);
        }
        assertThat(Processes.spawn("/no/such/program", List.of("x"))).isEqualTo(-2);
    }

    @Test
    void futexesTimeOutAndAreWoken() throws InterruptedException {
        int fd = Memory.memfd("test", 4096L);
        MemorySegment map = Memory.map(fd, 0, 4096, Memory.PROT_READ | Memory.PROT_WRITE);
        assertThat(Futex.await(map, 0, 1)).isEqualTo(-11);
        assertThat(Futex.await(map, 0, 0, 1_000_000)).isEqualTo(-110);
        Thread sleeper = new Thread(() -> Futex.await(map, 0, 0));
        sleeper.start();
        while (Futex.wake(map, 0, 1) == 0) {
            Thread.onSpinWait();
        }
        sleeper.join();
        assertThat(sleeper.isAlive()).isFalse();
        Files.close(fd);
    }

    @Test
    void rawModesClearWhatCfmakerawDoes() {
        byte[] raw = Terminals.raw(new byte[] {
            -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
            15, 16, 17, 18, 19, 20, 21
        });
        assertThat(raw).hasSize(Terminals.TERMIOS_SIZE);
        assertThat(raw[4] & 1).isZero();
        assertThat(raw[12] & 0x4b).isZero();
        assertThat(raw[17 + 6]).isEqualTo((byte) 1);
    }
}
