package umlaut.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.block.BlockBackend;
import umlaut.block.Images;

/** Snapshots of guests' disks, and guests made from them. */
class SnapshotsTest {
    private static final long A = 52 << 20, B = (55 << 20) + 512, FAR = 60 << 20;

    @TempDir
    Path dir;

    private StoreFixture f;
    private Snapshots disks;

    @BeforeEach
    void store() throws Exception {
        f = new StoreFixture(dir);
        disks = new Snapshots(f.store);
        f.importTar(
                new Tar().directory("./").file("./file", 0644, "of the image").bytes(), "sys");
        f.store.guests().kept("one", f.store.get("sys"));
    }

    private void requireNothingLeft() throws Exception {
        assertThat(f.leftovers()).noneMatch(path -> path.startsWith("tmp/"));
    }

    private BlockBackend open(String guest) {
        String disk = f.store.get("sys").disk().toString();
        return Images.open(disk, false, f.store.guests().disk(guest).toString());
    }

    private void write(String guest, long at, int value) {
        try (BlockBackend disk = open(guest);
                Arena arena = Arena.ofConfined()) {
            MemorySegment sector = arena.allocate(512, 512);
            sector.fill((byte) value);
            disk.write(sector, 0, 512, at);
        }
    }

    private static int at(BlockBackend disk, long place) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sector = arena.allocate(512, 512);
            disk.read(sector, 0, 512, place);
            return sector.get(ValueLayout.JAVA_BYTE, 511);
        }
    }

    private String values(String guest) {
        try (BlockBackend disk = open(guest)) {
            return at(disk, A) + " " + at(disk, B) + " " + at(disk, FAR);
        }
    }

    @Test
    void backToASnapshot() throws Exception {
        write("one", A, 1);
        disks.take("one", "first");
        write("one", A, 2);
        write("one", FAR, 3);
        disks.take("one", "second");
        write("one", B, 4);
        assertThat(values("one")).isEqualTo("2 4 3");
        disks.rollBack("one", "first");
        assertThat(values("one")).isEqualTo("1 0 0");
        disks.rollBack("one", "second");
        assertThat(values("one")).isEqualTo("2 0 3");
        assertThat(disks.list("one")).containsExactly("first", "second");
        disks.remove("one", "first");
        assertThatThrownBy(() -> disks.rollBack("one", "first")).hasMessageContaining("no snapshot 'first'");
        assertThatThrownBy(() -> disks.take("one", "second")).hasMessageContaining("already");
        assertThatThrownBy(() -> disks.take("one", "../x")).hasMessageContaining("cannot be");
        assertThatThrownBy(() -> disks.take("none", "x")).hasMessageContaining("no guest 'none'");
        f.store.guests().remove("one");
        requireNothingLeft();
    }

    @Test
    void aGuestOfAnothersDisk() throws Exception {
        write("one", B, 5);
        disks.copy("one", "two");
        write("two", A, 6);
        write("one", FAR, 7);
        assertThat(values("one")).isEqualTo("0 5 7");
        assertThat(values("two")).isEqualTo("6 5 0");
        assertThat(f.store.guests().imageOf("two")).isEqualTo("sys");
        assertThatThrownBy(() -> disks.copy("one", "two")).hasMessageContaining("already");
        try (BlockBackend running = open("one")) {
            assertThat(running.readOnly()).isFalse();
            assertThatThrownBy(() -> disks.copy("one", "three")).hasMessageContaining("is running");
            assertThatThrownBy(() -> disks.take("one", "x")).hasMessageContaining("is running");
        }
        requireNothingLeft();
    }
}
