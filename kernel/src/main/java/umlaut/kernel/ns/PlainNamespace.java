package umlaut.kernel.ns;

/** A namespace that the kernel proper knows only as a number to show: what is in it is kept elsewhere, or there is only the initial one. */
public record PlainNamespace(NamespaceKind kind, long ino, UserNamespace owner) implements Namespace {}
