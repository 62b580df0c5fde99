/**
 * Calls about the machine as a whole: names, memory, log, random numbers, power (kernel/sys.c, kernel/printk,
 * kernel/reboot.c).
 */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.system;
