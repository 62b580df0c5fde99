/** devpts, the file system of pseudoterminals (pts(4), fs/devpts/inode.c): ptmx makes a pair, a numbered node is its slave side. */
@org.jspecify.annotations.NullMarked
package umlaut.fs.devpts;
