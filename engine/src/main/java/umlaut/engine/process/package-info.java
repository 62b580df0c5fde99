/**
 * The native engine: one host process an address space (docs/engine.md).
 *
 * <p>{@link umlaut.engine.process.StubImage} is what runs over there, all machine code made by classes named Stub*; {@link
 * umlaut.engine.process.Layout} and {@link umlaut.engine.process.Area} say what is shared. The rest is the JVM's side.
 */
@org.jspecify.annotations.NullMarked
package umlaut.engine.process;
