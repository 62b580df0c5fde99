/** Signals, from sending to the frame on the guest's stack (kernel/signal.c, signal(7)). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.signal;
