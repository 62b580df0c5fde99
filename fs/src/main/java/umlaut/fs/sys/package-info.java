/**
 * sysfs(5): processors, memory nodes, devices by class (Linux: fs/sysfs, Documentation/ABI/testing/sysfs-*). One
 * instance a kernel; drivers add their devices by {@link umlaut.fs.sys.SysFs#addDevice}.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.sys;
