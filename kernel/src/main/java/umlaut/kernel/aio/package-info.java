/** Asynchronous input and output (fs/aio.c): io_setup(2) and its family. */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.aio;
