/** Futex operations that need the kernel (kernel/futex/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.futex;
