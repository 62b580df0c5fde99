/** See docs/design.md, layer "abi". */
@org.jspecify.annotations.NullMarked
package umlaut.abi;
