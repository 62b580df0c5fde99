/** See docs/design.md, layer "net". */
@org.jspecify.annotations.NullMarked
package umlaut.net;
