/** See docs/design.md, layer "kernel". */
@org.jspecify.annotations.NullMarked
package umlaut.kernel;
