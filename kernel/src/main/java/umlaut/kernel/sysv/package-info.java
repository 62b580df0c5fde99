/** System V shared memory, semaphores and message queues (sysvipc(7); Linux: ipc/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.sysv;
