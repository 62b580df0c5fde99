package umlaut.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import umlaut.abi.ErrnoException;

/** Descriptors. */
class FileTableTest {
    private final AtomicInteger released = new AtomicInteger();
    private final FileTable table = new FileTable();

    private File file() {
        return TestInodes.file(released::incrementAndGet);
    }

    private int install(int from) {
        return table.install(file(), false, from, 1024);
    }

    @Test
    void lowestFreeNumberFirst() {
        for (int i = 0; i < 200; i++) {
            assertThat(install(0)).isEqualTo(i);
        }
        table.remove(7);
        table.remove(150);
        assertThat(install(0)).isEqualTo(7);
        assertThat(install(0)).isEqualTo(150);
        assertThat(install(500)).isEqualTo(500);
        assertThat(install(0)).isEqualTo(200);
    }

    @Test
    void theLimitHolds() {
        assertThatThrownBy(() -> table.install(file(), false, 10, 10)).isInstanceOf(ErrnoException.class);
        assertThat(table.install(file(), false, 9, 10)).isEqualTo(9);
        assertThat(table.install(file(), false, 0, -1)).isZero();
    }

    @Test
    void copiesShareFiles() {
        int fd = install(0);
        FileTable copy = table.copy();
        table.remove(fd).release();
        assertThat(released.get()).isZero();
        assertThat(copy.lookup(fd)).isNotNull();
        copy.remove(fd).release();
        assertThat(released.get()).isEqualTo(1);
    }

    @Test
    void aHeldFileOutlivesItsDescriptor() {
        int fd = install(0);
        File held = table.hold(fd);
        table.remove(fd).release();
        assertThat(released.get()).isZero();
        held.release();
        assertThat(released.get()).isEqualTo(1);
        assertThat(held.tryAcquire()).isFalse();
        assertThatThrownBy(() -> table.hold(fd)).isInstanceOf(ErrnoException.class);
    }

    @Test
    void closeOnExec() {
        int fd = table.install(file(), true, 0, 1024);
        assertThat(table.closeOnExec(fd)).isTrue();
        table.setCloseOnExec(fd, false);
        assertThat(table.closeOnExec(fd)).isFalse();
        table.markCloseOnExec(fd);
        assertThat(table.closeOnExec(fd)).isTrue();
    }
}
