/** See docs/design.md, layer "fs". */
@org.jspecify.annotations.NullMarked
package umlaut.fs;
