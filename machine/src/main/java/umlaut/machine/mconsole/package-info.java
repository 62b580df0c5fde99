/** The management console of User-mode Linux, and the directory by which a machine is found (Linux: arch/um/drivers/mconsole_kern.c, arch/um/os-Linux/umid.c; uml_mconsole(1)). */
@org.jspecify.annotations.NullMarked
package umlaut.machine.mconsole;
