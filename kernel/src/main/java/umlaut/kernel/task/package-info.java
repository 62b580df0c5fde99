/** Tasks, thread groups, process groups, sessions: who runs (kernel/fork.c, exit.c, pid.c). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.task;
