/** User-mode Linux's command line: what it says, and what its help says about it (Linux: arch/um; Documentation/virt/uml). */
@org.jspecify.annotations.NullMarked
package umlaut.machine.uml;
