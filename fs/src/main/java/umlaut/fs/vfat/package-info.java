/**
 * vfat: FAT12, FAT16 and FAT32 with long names (Linux: fs/fat; Documentation/filesystems/vfat.rst). There is no journal: whatever changes goes to the disk at once, data before the entry
 * that makes it part of a file, time stamps a little later. One lock, {@code FatFs.lock}, guards all of a file system; it comes after inode locks and after an address space's, and no guest
 * memory is touched while it is held.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.vfat;
