/**
 * Block devices: what holds their bytes ({@link umlaut.block.BlockBackend}: raw images, copy-on-write files), partitions, and the devices as guests see them (Linux: block/,
 * arch/um/drivers/ubd_kern.c).
 *
 * <p>Nothing is cached here: an image is a file of the host, whose page cache serves reads, writes and mappings alike, so that all three agree. Locks: a copy-on-write
 * file's own one, a leaf.
 */
@org.jspecify.annotations.NullMarked
package umlaut.block;
