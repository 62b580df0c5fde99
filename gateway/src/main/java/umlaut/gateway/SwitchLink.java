package umlaut.gateway;

import org.jspecify.annotations.Nullable;
import umlaut.net.core.SkBuff;
import umlaut.net.device.Link;

/**
 * A cable to the switch of a name that the guests of one user share, in one process or many. Who finds nobody serving serves, besides being connected like all others; when that process ends,
 * one of the others takes its place, and frames on their way then are lost, as when a cable is moved.
 */
public final class SwitchLink implements Link {
    private static final int RETRY_MS = 5;

    private final SwitchPlace place;
    private final HostLoop loop;
    private final End device;
    private volatile @Nullable FrameSocket socket;
    private boolean closed;

    /** @throws GatewayException when there is no place for it */
    public SwitchLink(String name, End device) {
        this.place = new SwitchPlace(name);
        this.device = device;
        loop = new HostLoop("switch", () -> {});
        loop.start();
        loop.post(this::connect);
    }

    private void connect() {
        if (closed) {
            return;
        }
        int listening = place.serve();
        if (listening >= 0) {
            new SwitchServer(loop, listening);
        }
        int fd = place.connect();
        if (fd < 0) {
            loop.postAfter(RETRY_MS, this::connect);
            return;
        }
        socket = new FrameSocket(loop, fd, 0, device, this::hungUp);
        device.ready();
    }

    private void hungUp() {
        socket = null;
        connect();
    }

    @Override
    public boolean send(SkBuff frame) {
        FrameSocket to = socket;
        // Kept by the device until there is a switch.
        return to != null && to.send(frame);
    }

    @Override
    public void close() {
        loop.post(() -> {
            closed = true;
            FrameSocket from = socket;
            if (from != null) {
                from.close();
            }
        });
    }
}
