package umlaut.gateway;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.ThreadLocalRandom;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.HostCalls;
import umlaut.host.Layouts;
import umlaut.host.Polling;
import umlaut.host.Scratch;
import umlaut.host.Sockets;
import umlaut.host.Syscall;

/**
 * A port of a uml_switch(1), version 3 of its protocol (User-mode Linux's arch/um/drivers/daemon_user.c): a control connection, over which each side says where its datagram socket is; then a
 * frame a datagram. The port is there for as long as the control connection.
 */
final class UmlSwitch {
    private static final int MAGIC = 0xfeedface, VERSION = 3, NEW_CONTROL = 0;
    private static final int ADDRESS = 110, REQUEST = 124, ADDRESS_AT = 12;
    private static final int ANSWER_MS = 5000;

    private UmlSwitch() {}

    /**
     * @param loop watches the control connection
     * @return the datagram socket, connected to the switch's
     * @throws GatewayException when there is no switch, or none that answers
     */
    static int connect(String path, HostLoop loop) {
        int control = (int) Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0);
        int data = (int)
                Sockets.socket(Sockets.AF_UNIX, Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK, 0);
        long result = HostTransport.connectUnix(control, path);
        if (result < 0) {
            throw new GatewayException("--network: no switch listens at '" + path + "': "
                    + Errno.of((int) -result).message());
        }
        MemorySegment m = Scratch.room();
        m.asSlice(0, REQUEST).fill((byte) 0);
        m.set(Layouts.INT, 0, MAGIC);
        m.set(Layouts.INT, 4, VERSION);
        m.set(Layouts.INT, 8, NEW_CONTROL);
        m.set(Layouts.SHORT, ADDRESS_AT, (short) Sockets.AF_UNIX);
        // The whole rest is the name (unix(7), abstract sockets): a zero, the process, something unique.
        m.set(Layouts.INT, ADDRESS_AT + 3, (int) HostCalls.call(Syscall.GETPID));
        m.set(Layouts.INT, ADDRESS_AT + 7, ThreadLocalRandom.current().nextInt());
        boolean asked = Sockets.bind(data, m.asSlice(ADDRESS_AT), ADDRESS) == 0
                && Files.write(control, m, 0, REQUEST) == REQUEST;
        if (!asked || !answers(control) || Files.read(control, m, 0, ADDRESS) != ADDRESS) {
            throw new GatewayException("--network: what listens at '" + path + "' is no uml_switch of version 3");
        }
        result = Sockets.connect(data, m, ADDRESS);
        if (result < 0) {
            throw new GatewayException("--network: the switch at '" + path + "' has no data socket");
        }
        loop.watch(control, HostLoop.IN, events -> {
            loop.close(control);
            Sockets.shutdown(data);
        });
        return data;
    }

    private static boolean answers(int control) {
        MemorySegment poll = Scratch.room().asSlice(REQUEST + 4);
        poll.set(Layouts.INT, 0, control);
        poll.set(Layouts.INT, 4, Polling.POLLIN);
        return Polling.poll(poll, 1, ANSWER_MS) == 1;
    }
}
