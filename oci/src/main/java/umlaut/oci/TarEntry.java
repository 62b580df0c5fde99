package umlaut.oci;

import umlaut.machine.image.FileAttributes;

/**
 * A member of a tar archive (tar(5)). Names are Latin-1, a byte a character.
 *
 * @param type the type flag: '0' a file, '1' a hard link, '2' a symbolic link, '3' a character device, '4' a block device, '5' a directory, '6' a FIFO
 * @param link where a link leads; empty for others
 * @param size bytes of contents, holes included
 * @param major of a device, as {@code minor}
 */
public record TarEntry(
        String name, char type, String link, long size, int major, int minor, FileAttributes attributes) {}
