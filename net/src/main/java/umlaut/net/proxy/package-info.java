/** What a stack needs to answer in the name of others, as a gateway does (Linux: netfilter's TPROXY target, Documentation/networking/tproxy.rst). */
@org.jspecify.annotations.NullMarked
package umlaut.net.proxy;
