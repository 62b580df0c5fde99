/**
 * Host directories as file systems: the image's trees (immutable, cached for good) and volumes (shared with the host,
 * asked anew).
 *
 * <p>The host kernel never follows a path of the guest's: each object is opened by one name relative to a descriptor of
 * its directory, with O_NOFOLLOW, so neither a symbolic link nor ".." can lead out of the tree. Symbolic links are read
 * as text and walked by the guest's own VFS. Device nodes show no device number and so open nothing; set-id bits have a
 * meaning only to the guest.
 *
 * <p>Lock order: {@code Inode.lock} before {@link umlaut.fs.hostfs.HandleCache}'s monitor, a leaf.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.hostfs;
