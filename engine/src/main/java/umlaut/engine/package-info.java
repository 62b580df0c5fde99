/** See docs/design.md, layer "engine". */
@org.jspecify.annotations.NullMarked
package umlaut.engine;
