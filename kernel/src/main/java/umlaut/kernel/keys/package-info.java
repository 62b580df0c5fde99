/** Keys that the kernel keeps for programs, keyrings(7) (security/keys). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.keys;
