/**
 * An engine in plain Java, for testing the kernel without host processes: guest "programs" are Java lambdas that make system calls, their memory is Java
 * memory. Everything the kernel does is the real thing.
 */
@org.jspecify.annotations.NullMarked
package umlaut.engine.scripted;
