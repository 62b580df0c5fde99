/** The cgroup2 file system, cgroups(7): what the kernel's control groups look like as directories (Linux: kernel/cgroup/cgroup.c over fs/kernfs). */
@org.jspecify.annotations.NullMarked
package umlaut.fs.cgroup;
