/** erofs(5), which is only read, as on Linux (fs/erofs/erofs_fs.h). Made by mkfs.erofs(1). */
@org.jspecify.annotations.NullMarked
package umlaut.fs.erofs;
