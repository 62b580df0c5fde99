/** Pipes, eventfd, signalfd, memfd and their like. */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.ipc;
