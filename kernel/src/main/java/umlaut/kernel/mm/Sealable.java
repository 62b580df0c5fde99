package umlaut.kernel.mm;

/** A file that fcntl(2)'s F_ADD_SEALS and F_GET_SEALS work on. Others answer EINVAL. */
public interface Sealable {
    /** @return F_SEAL_* bits */
    int seals();

    /**
     * @param more F_SEAL_* bits
     * @throws umlaut.abi.ErrnoException EINVAL for unknown ones, EPERM when sealed against seals or not open for writing, EBUSY for F_SEAL_WRITE while a
     *     writable shared mapping exists
     */
    void addSeals(int more);
}
