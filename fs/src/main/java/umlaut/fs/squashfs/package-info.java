/** squashfs(5), version 4, which is only read (Linux: fs/squashfs, fs/squashfs/squashfs_fs.h). Made by mksquashfs(1). */
@org.jspecify.annotations.NullMarked
package umlaut.fs.squashfs;
