/** Terminals, line discipline, pseudoterminals (drivers/tty/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.tty;
