/** See docs/design.md, layer "machine". */
@org.jspecify.annotations.NullMarked
package umlaut.machine;
