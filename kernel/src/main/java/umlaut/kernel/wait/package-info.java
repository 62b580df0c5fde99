/** Wait queues, the one blocking loop, poll and epoll (kernel/sched/wait.c, fs/select.c, fs/eventpoll.c). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.wait;
