package umlaut.kernel.mm;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock of an address space (Linux: mmap_lock). Who takes it finds the VMAs as they are: what guest code may change by itself ({@link MmLease}) it can't from then on, and what it has
 * changed is in the list.
 */
final class MmLock extends ReentrantLock {
    private static final long serialVersionUID = 1;

    private final transient MmLease lease;

    MmLock(MmLease lease) {
        this.lease = lease;
    }

    @Override
    @SuppressWarnings("GuardedBy") // it is this lock that guards the lease
    public void lock() {
        super.lock();
        if (lease.isOut()) {
            lease.end();
        }
    }

    /** For the task's own kernel thread, when it changes nothing: guest code may go on as before. For any other thread the same as {@link #lock()}. */
    @SuppressWarnings("GuardedBy")
    void lockToLook() {
        super.lock();
        if (lease.isOut() && !lease.isMine()) {
            lease.end();
        }
    }
}
