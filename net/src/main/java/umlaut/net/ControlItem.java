package umlaut.net;

/**
 * A control message of a protocol's own, cmsg(3).
 *
 * @param data its bytes without the head
 */
public record ControlItem(int level, int type, byte[] data) {}
