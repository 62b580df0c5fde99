package umlaut.net;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import umlaut.abi.Errno;
import umlaut.abi.SockConst;

/** The address families of one machine. */
public final class SocketFamilies {
    private final Map<Integer, SocketFamily> families = new ConcurrentHashMap<>();

    public void register(SocketFamily family) {
        families.put(family.number(), family);
    }

    /** @throws umlaut.abi.ErrnoException EAFNOSUPPORT */
    SocketFamily get(int number) {
        SocketFamily family = number < 0 || number >= SockConst.AF_MAX ? null : families.get(number);
        if (family == null) {
            throw Errno.EAFNOSUPPORT.exception();
        }
        return family;
    }
}
