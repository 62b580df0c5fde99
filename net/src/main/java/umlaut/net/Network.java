package umlaut.net;

import umlaut.kernel.Kernel;
import umlaut.net.unix.UnixNetwork;

/** A machine's network; to be attached before the first task runs. */
public final class Network {
    public final SocketFamilies families = new SocketFamilies();

    private Network() {}

    /** Gives a kernel its socket calls and the address families that need no devices. */
    public static Network attach(Kernel kernel) {
        Network network = new Network();
        network.families.register(new UnixNetwork());
        kernel.syscalls.add(new SocketSystemCalls(network.families));
        return network;
    }
}
