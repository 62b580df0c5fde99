/** landlock(7): processes that give up rights to files, ports, signals and sockets for themselves and their children (Linux: security/landlock/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.landlock;
