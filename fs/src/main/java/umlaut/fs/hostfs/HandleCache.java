package umlaut.fs.hostfs;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the host descriptors kept for later use: a ring with a hand that gives each entry a second chance (clock
 * replacement), so that a hit needs no lock. One a file system; evicting an entry only drops the cache's reference.
 */
final class HandleCache {
    @GuardedBy("this") private final @Nullable HostInode[] owners;

    @GuardedBy("this") private final @Nullable HostHandle[] ring;

    @GuardedBy("this") private int hand;

    HandleCache(int capacity) {
        owners = new @Nullable HostInode[capacity];
        ring = new @Nullable HostHandle[capacity];
    }

    /** Takes a reference of its own to {@code handle}, which the owner already shows. */
    synchronized void add(HostInode owner, HostHandle handle) {
        if (!handle.tryAcquire()) {
            return;
        }
        while (true) {
            HostHandle there = ring[hand];
            if (there == null || !there.used) {
                break;
            }
            there.used = false;
            hand = (hand + 1) % ring.length;
        }
        drop(hand);
        ring[hand] = handle;
        owners[hand] = owner;
        hand = (hand + 1) % ring.length;
    }

    /** The host is short of descriptors, or the file system goes: lets go of everything. */
    synchronized void clear() {
        for (int i = 0; i < ring.length; i++) {
            drop(i);
        }
    }

    @GuardedBy("this") private void drop(int index) {
        HostHandle old = ring[index];
        HostInode owner = owners[index];
        ring[index] = null;
        owners[index] = null;
        if (old != null) {
            if (owner != null) {
                owner.forget(old);
            }
            old.release();
        }
    }
}
