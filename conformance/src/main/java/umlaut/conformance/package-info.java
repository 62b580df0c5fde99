/** See docs/design.md, layer "conformance". */
@org.jspecify.annotations.NullMarked
package umlaut.conformance;
