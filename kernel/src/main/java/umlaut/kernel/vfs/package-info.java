/** The virtual file system: mounts, dentries, inodes, open files, path walk (fs/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.vfs;
