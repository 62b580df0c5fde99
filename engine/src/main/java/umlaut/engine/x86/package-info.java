/** A small x86-64 assembler: just the instructions that the stub and its tests need. */
@org.jspecify.annotations.NullMarked
package umlaut.engine.x86;
