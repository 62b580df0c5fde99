package umlaut.net.core;

import java.util.ArrayList;
import java.util.List;

/** Who sees every frame: packet sockets (Linux: ptype_all). Guarded by the namespace's lock. */
public final class Taps {
    /** Sees frames; must not change or keep them. */
    public interface Tap {
        /** @param outgoing it is being sent */
        void frame(NetDevice device, SkBuff frame, boolean outgoing);
    }

    private final List<Tap> all = new ArrayList<>();

    public void add(Tap tap) {
        all.add(tap);
    }

    public void remove(Tap tap) {
        all.remove(tap);
    }

    void outgoing(NetDevice device, SkBuff frame) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).frame(device, frame, true);
        }
    }

    void incoming(NetDevice device, SkBuff frame) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).frame(device, frame, false);
        }
    }
}
