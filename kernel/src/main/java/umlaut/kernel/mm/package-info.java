/** Guest memory: VMAs, user access, the page store (mm/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.mm;
