/** Builds disk images without a guest: an ext4 is mounted in a kernel that runs no programs. */
@org.jspecify.annotations.NullMarked
package umlaut.machine.image;
