/** See docs/design.md, layer "cli". */
@org.jspecify.annotations.NullMarked
package umlaut.cli;
