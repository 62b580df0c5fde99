package umlaut.net.tun;

import umlaut.kernel.Kernel;
import umlaut.kernel.cred.Credentials;
import umlaut.net.Network;

/** Enters /dev/net/tun in a kernel's device table (Documentation/admin-guide/devices.txt: misc). */
public final class TunTap {
    private static final int MISC_MAJOR = 10, TUN_MINOR = 200;

    private TunTap() {}

    public static void register(Kernel kernel, Network network) {
        kernel.vfs
                .devices()
                .registerChar(
                        MISC_MAJOR,
                        TUN_MINOR,
                        "misc",
                        (task, path, inode, flags) -> new TunFile(
                                task == null ? network.initial : network.namespaceOf(task),
                                path,
                                inode,
                                flags,
                                task == null ? Credentials.ROOT : task.credentials()));
    }
}
