/**
 * Control groups, the second version's, cgroups(7) (Linux: kernel/cgroup). The tree and who is where are guarded by one lock a kernel ({@link umlaut.kernel.cgroup.Cgroups}), which ranks before
 * {@code tasks.lock}; forks only read.
 */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.cgroup;
