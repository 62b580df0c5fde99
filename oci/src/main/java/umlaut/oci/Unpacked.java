package umlaut.oci;

import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import umlaut.machine.image.Compression;

/** Streams that may be compressed, in any of the ways that archives are. */
final class Unpacked {
    private Unpacked() {}

    /** @see Compression#open */
    static InputStream open(InputStream in) throws IOException {
        return Compression.open(in, packed -> new BZip2CompressorInputStream(packed, true));
    }
}
