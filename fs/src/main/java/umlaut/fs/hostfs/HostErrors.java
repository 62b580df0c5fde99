package umlaut.fs.hostfs;

import umlaut.abi.Errno;
import umlaut.host.HostCalls;

/** The host's errors as the guest's. */
final class HostErrors {
    private HostErrors() {}

    /** Passes a good result on; an error becomes the guest's own. */
    static long check(long result) {
        if (HostCalls.isError(result)) {
            throw of(result).exception();
        }
        return result;
    }

    /**
     * What a guest is told of {@code result}, -errno. The host running out of descriptors is not the guest's EMFILE.
     */
    static Errno of(long result) {
        int number = (int) -result;
        if (number == Errno.EMFILE.number()) {
            return Errno.ENFILE;
        }
        if (number == Errno.ESTALE.number()) {
            return Errno.EIO;
        }
        return number > 0 && number < 134 && number != 41 && number != 58 ? Errno.of(number) : Errno.EIO;
    }
}
