package umlaut.kernel.tty;

/** A terminal (Linux: tty_struct, tty(4)). */
public abstract class Tty {}
