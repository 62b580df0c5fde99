package umlaut.kernel.vfs;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.abi.Fcntl.F_RDLCK;
import static umlaut.abi.Fcntl.F_UNLCK;
import static umlaut.abi.Fcntl.F_WRLCK;

import org.junit.jupiter.api.Test;

/** Record locks of fcntl(2): cutting, joining, conflicts. */
class FileLocksTest {
    private static final long FOREVER = Long.MAX_VALUE;
    private final FileLocks locks = FileLocks.of(TestInodes.plain());
    private final FileTable me = new FileTable();
    private final FileTable other = new FileTable();

    private boolean set(Object owner, int type, long start, long end) {
        return locks.set(owner, type, start, end, 1) == null;
    }

    @Test
    void readersShareAndWritersDoNot() {
        assertThat(set(me, F_RDLCK, 0, 9)).isTrue();
        assertThat(set(other, F_RDLCK, 5, 15)).isTrue();
        assertThat(set(me, F_WRLCK, 5, 6)).isFalse();
        assertThat(set(me, F_WRLCK, 0, 4)).isTrue();
        assertThat(set(other, F_RDLCK, 4, 4)).isFalse();
        assertThat(set(other, F_WRLCK, 20, FOREVER)).isTrue();
        assertThat(set(me, F_RDLCK, Long.MAX_VALUE - 1, FOREVER)).isFalse();
    }

    @Test
    void unlockingTheMiddleLeavesTwo() {
        set(me, F_WRLCK, 0, 99);
        set(me, F_UNLCK, 40, 59);
        assertThat(locks.recordLocks()).extracting(FileLocks.Lock::start).containsExactly(0L, 60L);
        assertThat(locks.recordLocks()).extracting(FileLocks.Lock::end).containsExactly(39L, 99L);
        assertThat(set(other, F_WRLCK, 40, 59)).isTrue();
    }

    @Test
    void neighboursOfOneTypeJoin() {
        set(me, F_WRLCK, 0, 9);
        set(me, F_WRLCK, 20, 29);
        set(me, F_WRLCK, 10, 19);
        assertThat(locks.recordLocks()).containsExactly(new FileLocks.Lock(me, F_WRLCK, 0, 29, 1));
        set(me, F_RDLCK, 5, 14);
        assertThat(locks.recordLocks()).hasSize(3);
        set(me, F_WRLCK, 0, FOREVER);
        assertThat(locks.recordLocks()).containsExactly(new FileLocks.Lock(me, F_WRLCK, 0, FOREVER, 1));
    }

    @Test
    void closingAnyDescriptorDropsAllOfTheTables() {
        set(me, F_WRLCK, 0, 9);
        set(other, F_WRLCK, 10, 19);
        locks.closed(me);
        assertThat(locks.recordLocks()).extracting(FileLocks.Lock::owner).containsExactly(other);
    }

    @Test
    void deadlocksAreSeen() {
        LockGraph graph = new LockGraph();
        Object a = new Object();
        Object b = new Object();
        Object c = new Object();
        assertThat(graph.await(a, b)).isTrue();
        assertThat(graph.await(b, c)).isTrue();
        assertThat(graph.await(c, a)).isFalse();
        graph.done(b);
        assertThat(graph.await(c, a)).isTrue();
    }
}
