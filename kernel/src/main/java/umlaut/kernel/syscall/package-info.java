/** From a system call's number to its handler, family by family. */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.syscall;
