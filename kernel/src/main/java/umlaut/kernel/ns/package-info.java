/** Namespaces, namespaces(7): what a task sees of users, pids, names and communication (Linux: kernel/nsproxy.c). Mounts have theirs in package vfs. */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.ns;
