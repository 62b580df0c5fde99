/** Core files of processes that a signal ends (fs/coredump.c, fs/binfmt_elf.c, core(5)). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.coredump;
