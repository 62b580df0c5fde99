/** iso9660 (ECMA-119) with Rock Ridge (IEEE P1281, P1282) and Joliet; only read (Linux: fs/isofs). Made by genisoimage(1) and xorriso(1). */
@org.jspecify.annotations.NullMarked
package umlaut.fs.iso9660;
