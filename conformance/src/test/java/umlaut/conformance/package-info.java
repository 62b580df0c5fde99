/** Guests compared with the host, and rules that hold for the whole source tree. */
@org.jspecify.annotations.NullMarked
package umlaut.conformance;
