/**
 * ext4(5), and ext2 and ext3, which are the same with less (Linux: fs/ext4, fs/jbd2; Documentation/filesystems/ext4).
 *
 * <p>Metadata is cached in {@link umlaut.fs.ext4.Buffer}s and changed inside a transaction; file data is never cached here: reads, writes and mappings go to the image itself, whose
 * pages the host caches. Data is in its place before the transaction that makes it part of a file is committed (data=ordered).
 *
 * <p>Lock order, outermost first: inode locks of the VFS, {@code Journal.commitLock}, {@code Journal.barrier} (shared by everybody who changes metadata, exclusive for a commit),
 * {@code Ext4Regular.mapLock}, {@code Allocator.lock}, the monitors of transaction and cache.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.ext4;
