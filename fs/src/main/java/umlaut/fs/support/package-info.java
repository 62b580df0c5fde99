/**
 * What several file systems share: open directories with numbered entries, and trees whose files are text made when
 * read (Linux: fs/libfs.c, fs/seq_file.c).
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.support;
