/** Sockets: the layer between system calls and protocol families (net/socket.c, net/core/sock.c, socket(7)). */
@org.jspecify.annotations.NullMarked
package umlaut.net;
