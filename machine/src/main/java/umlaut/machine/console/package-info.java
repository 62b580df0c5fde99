/** Consoles and serial lines, and what they lead to on the host (Linux: arch/um/drivers/line.c, chan_kern.c, stdio_console.c, ssl.c). */
@org.jspecify.annotations.NullMarked
package umlaut.machine.console;
