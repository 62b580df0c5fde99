/** Tracing of tasks by others (kernel/ptrace.c, ptrace(2)). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.ptrace;
