/**
 * The memory devices (null, zero, full, random, kmsg; drivers/char/mem.c, random.c, mem(4), null(4), random(4)) and the
 * tree of /dev as devtmpfs makes it. Devices that would show memory or ports (mem, kmem, port) have no driver: ENXIO.
 */
@org.jspecify.annotations.NullMarked
package umlaut.fs.dev;
