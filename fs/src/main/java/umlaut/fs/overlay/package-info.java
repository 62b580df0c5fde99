/**
 * A writable directory tree over read-only ones (Linux: fs/overlayfs, Documentation/filesystems/overlayfs.rst). What is
 * changed is first copied up; what is removed leaves a whiteout, a character device 0/0; a directory made where a lower
 * one was removed is opaque; a renamed lower directory remembers by a redirect where its lower part lies. Marks are
 * extended attributes named trusted.overlay.*, as Linux writes them, and not shown.
 *
 * <p>Lock order: overlay inodes' locks, as the VFS takes them; then {@code OverlayInode.copyUpLock()} (a parent's is
 * released before a child's is taken); then the locks of the layers' inodes. Only rename takes two locks of upper
 * directories, and renames between directories are serialized by the VFS.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.overlay;
