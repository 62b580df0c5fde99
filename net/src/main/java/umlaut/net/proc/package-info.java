/** What /proc/net, /proc/sys/net and /sys/class/net show (proc_pid_net(5); Linux: net/ipv4/proc.c, the *_seq_show functions, net/core/net-sysfs.c). */
@org.jspecify.annotations.NullMarked
package umlaut.net.proc;
