/** See docs/design.md, layer "host". */
@org.jspecify.annotations.NullMarked
package umlaut.host;
