/** fanotify(7): who watches files, mounts, file systems and mount namespaces, and may forbid that files are opened and read (Linux: fs/notify/fanotify/). */
@org.jspecify.annotations.NullMarked
package umlaut.kernel.fanotify;
