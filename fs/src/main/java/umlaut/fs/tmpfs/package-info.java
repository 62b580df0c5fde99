/** tmpfs(5): files in the machine's memory (mm/shmem.c). Directories keep their entries here; data is {@link umlaut.kernel.mm.Shmem}. */
@org.jspecify.annotations.NullMarked
package umlaut.fs.tmpfs;
