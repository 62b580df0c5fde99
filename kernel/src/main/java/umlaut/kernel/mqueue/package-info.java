/** POSIX message queues and the file system that shows them (ipc/mqueue.c), mq_overview(7). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.mqueue;
