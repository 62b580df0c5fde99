/**
 * Makes copies of program text in which system calls jump to trampolines instead of trapping (docs/engine.md, "Patched text"). Knows machine code and files,
 * not processes.
 */
@org.jspecify.annotations.NullMarked
package umlaut.engine.patch;
