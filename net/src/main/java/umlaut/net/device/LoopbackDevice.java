package umlaut.net.device;

import umlaut.abi.IfConst;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** lo: what is sent comes in (drivers/net/loopback.c). Its frames have no link header here; packet sockets are shown an empty Ethernet one. */
public final class LoopbackDevice extends NetDevice {
    private static final int MTU = 65536;

    public LoopbackDevice(NetNamespace net) {
        super(net, "lo", IfConst.ARPHRD_LOOPBACK, new byte[6]);
        mtu = MTU;
        flags = IfConst.IFF_LOOPBACK;
    }

    @Override
    public boolean takesLargeSegments() {
        return true;
    }

    @Override
    protected boolean tellsLink() {
        return false;
    }

    @Override
    public boolean checksumsLeftOpen() {
        return true;
    }

    @Override
    protected void transmit(SkBuff frame) {
        frame.looped = true;
        frame.packetType = 0;
        input(frame);
    }
}
