/**
 * What file systems on block devices have in common: mounting ({@link umlaut.fs.disk.DiskType}), mappings of files whose bytes are no pages of the host
 * ({@link umlaut.fs.disk.MappedCopy}), and the VFS's view of those that are only read ({@link umlaut.fs.disk.ReadOnlyFs}): such a file system says how it finds an object by a
 * key, what names a directory has, and a file's bytes.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.disk;
