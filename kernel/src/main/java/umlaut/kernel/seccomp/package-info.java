/** System call filters (kernel/seccomp.c, seccomp(2)). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.seccomp;
