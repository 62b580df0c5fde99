/** strace-like output from inside the kernel. */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.trace;
