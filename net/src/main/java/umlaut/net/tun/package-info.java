/** Tun and tap devices: a program is the cable (Documentation/networking/tuntap.rst). */
@org.jspecify.annotations.NullMarked
package umlaut.net.tun;
