package umlaut.net;

import umlaut.kernel.Kernel;
import umlaut.net.unix.UnixNetwork;

/** A machine's network: give it the kernel before the first task runs. */
public final class Network {
    public final SocketFamilies families = new SocketFamilies();

    public Network(Kernel kernel) {
        families.register(new UnixNetwork());
        kernel.syscalls.add(new SocketSystemCalls(families));
    }
}
