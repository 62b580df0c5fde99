package umlaut.fs.proc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.GZIPOutputStream;

/**
 * /proc/config.gz, proc_config.gz(5): what this kernel would have been configured with, were it Linux, as test suites and container engines ask. The text is a resource; it names what is
 * there, and what programs look for and will not find.
 */
public final class KernelConfiguration {
    private static final String RESOURCE = "config";

    private KernelConfiguration() {}

    /** Latin-1, a char for each byte of the gzip file. */
    static String compressed() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    public static String text() {
        try (InputStream in = KernelConfiguration.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IOException("no resource " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
