/** Credentials and capabilities: who may (kernel/cred.c, capabilities(7)). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.cred;
