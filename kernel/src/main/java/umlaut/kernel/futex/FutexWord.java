package umlaut.kernel.futex;

import umlaut.abi.Errno;
import umlaut.engine.AddressSpace;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.task.Task;

/** A futex's word by the place that a task knows it by, and what it is to all who share it (Linux: union futex_key). */
record FutexWord(AddressSpace space, long address, Key key) {
    /** In an address space, or, when it may be shared with others, in what is mapped there. */
    record Key(Object where, long offset) {}

    /** @throws umlaut.abi.ErrnoException EINVAL for addresses that no word has */
    static FutexWord of(Task task, long address, boolean isPrivate) {
        if ((address & 3) != 0) {
            throw Errno.EINVAL.exception();
        }
        AddressSpace space = task.mm().space();
        Vma vma = isPrivate ? null : task.mm().vmaAt(address);
        Object source = vma == null || !vma.isShared() ? null : vma.source();
        if (vma != null && source != null && vma.file() != null) {
            source = vma.file().inode();
        }
        Key key = vma == null || source == null
                ? new Key(space, address)
                : new Key(source, vma.fileOffset() + address - vma.start());
        return new FutexWord(space, address, key);
    }

    /** @return the word, 0 to 2^32-1, or -EFAULT */
    long read() {
        // An exchange of a value for itself reads the word.
        return space.compareAndExchange(address, 0, 0);
    }

    boolean exchange(int old, int fresh) {
        return space.compareAndExchange(address, old, fresh) == Integer.toUnsignedLong(old);
    }
}
