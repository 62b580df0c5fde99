/** Packet sockets: frames as devices send and receive them (packet(7); Linux: net/packet/af_packet.c). */
@org.jspecify.annotations.NullMarked
package umlaut.net.packet;
