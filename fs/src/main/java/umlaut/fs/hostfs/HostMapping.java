package umlaut.fs.hostfs;

import umlaut.kernel.mm.MappingSource;

/**
 * A host file as mmap(2) sees it: guests map the file itself, so ELF images and shared mappings cost no copy; accesses
 * behind its end fault as on the host. The open file, which the mapping holds, keeps the descriptor open.
 */
record HostMapping(HostHandle handle) implements MappingSource {
    @Override
    public void extent(long offset, long length, boolean writable, Extent into) {
        into.hostFd = handle.fd;
        into.hostOffset = offset;
        into.length = length;
    }
}
