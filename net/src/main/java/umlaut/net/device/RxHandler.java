package umlaut.net.device;

import umlaut.net.core.SkBuff;

/** Takes frames that come in by a device before the protocols do (Linux: rx_handler_func_t). */
@FunctionalInterface
public interface RxHandler {
    /** @return true if it has taken the frame */
    boolean handle(SkBuff frame);
}
