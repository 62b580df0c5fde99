package umlaut.kernel.ns;

/** A namespace of a kind of which there is only the initial one: a number to show. */
public record PlainNamespace(NamespaceKind kind, long ino, UserNamespace owner) implements Namespace {}
