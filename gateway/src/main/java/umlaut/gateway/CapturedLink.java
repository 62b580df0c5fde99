package umlaut.gateway;

import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/** A link whose frames are written to a file, as its device sends and gets them. */
final class CapturedLink implements Link, Link.End {
    private final Capture log;
    private final End device;
    private final Link link;

    CapturedLink(Capture log, Opener opener, End device) {
        this.log = log;
        this.device = device;
        link = opener.open(this);
    }

    @Override
    public boolean send(SkBuff frame) {
        log.write(frame, true);
        return link.send(frame);
    }

    @Override
    public void arrive(SkBuff frame) {
        log.write(frame, false);
        device.arrive(frame);
    }

    @Override
    public void ready() {
        device.ready();
    }

    @Override
    public void close() {
        link.close();
        log.close();
    }
}
