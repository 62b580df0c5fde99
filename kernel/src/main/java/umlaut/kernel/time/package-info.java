/** Clocks and timers (kernel/time/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.time;
