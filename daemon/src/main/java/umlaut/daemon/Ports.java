package umlaut.daemon;

import java.net.InetAddress;
import java.net.UnknownHostException;
import umlaut.gateway.PublishedPort;

/** Published ports as docker ps writes them. */
final class Ports {
    private Ports() {}

    private static String address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address", e);
        }
    }

    static String text(PublishedPort port) {
        return address(port.address()) + ":" + port.hostPort() + "->" + port.guestPort()
                + (port.udp() ? "/udp" : "/tcp");
    }
}
