/** Images: where they are kept, and what they are made from. See docs/images.md. Libraries are loaded by the commands that make images only: a guest's start needs none. */
@org.jspecify.annotations.NullMarked
package umlaut.oci;
