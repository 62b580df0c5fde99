package umlaut.net.device;

import umlaut.abi.IfConst;
import umlaut.net.core.NetDevice;
import umlaut.net.core.NetNamespace;
import umlaut.net.core.SkBuff;

/** A device that swallows what it is given (drivers/net/dummy.c). */
public final class DummyDevice extends NetDevice {
    public DummyDevice(NetNamespace net, String name, byte[] address) {
        super(net, name, IfConst.ARPHRD_ETHER, address);
        flags = IfConst.IFF_BROADCAST | IfConst.IFF_NOARP;
    }

    @Override
    protected boolean tellsLink() {
        return false;
    }

    @Override
    public String kind() {
        return "dummy";
    }

    @Override
    protected void transmit(SkBuff frame) {
        frame.release();
    }
}
