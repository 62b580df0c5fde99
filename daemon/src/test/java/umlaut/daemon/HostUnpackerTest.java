package umlaut.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.machine.image.FileAttributes;
import umlaut.oci.TarEntry;
import umlaut.oci.TarWriter;

/** An archive that a hostile guest has made: nothing is written outside of where it goes. */
class HostUnpackerTest {
    @TempDir
    Path dir;

    private Path base;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(out);

    @BeforeEach
    void base() throws IOException {
        base = Files.createDirectory(dir.resolve("base"));
    }

    private void add(String name, char type, String link) throws IOException {
        tar.entry(new TarEntry(name, type, link, type == '0' ? 1 : 0, 0, 0, FileAttributes.of(06755, 0)));
        if (type == '0') {
            out.write('x');
            tar.endContents(1);
        }
    }

    private void unpack() throws IOException {
        tar.finish();
        new HostUnpacker(base, "top", "here").unpack(new ByteArrayInputStream(out.toByteArray()));
    }

    @Test
    void pathsThatLeadOut() throws IOException {
        add("../out", '0', "");
        assertThatThrownBy(this::unpack).isInstanceOf(DaemonException.class);
        assertThat(dir.resolve("out")).doesNotExist();
    }

    @Test
    void linksThatLeadOut() throws IOException {
        add("top", '2', "..");
        add("top/out", '0', "");
        assertThatThrownBy(this::unpack).hasMessageContaining("no directory");
        assertThat(dir.resolve("out")).doesNotExist();
    }

    @Test
    void hardLinksToWhatIsOutside() throws IOException {
        Files.writeString(dir.resolve("secret"), "s");
        Files.createSymbolicLink(base.resolve("up"), dir);
        add("h", '1', "up/secret");
        assertThatThrownBy(this::unpack).hasMessageContaining("no directory");
        assertThat(base.resolve("h")).doesNotExist();
    }

    @Test
    void aLinkInTheWayIsReplacedNotFollowed() throws IOException {
        Files.writeString(dir.resolve("mine"), "kept");
        Files.createSymbolicLink(base.resolve("f"), dir.resolve("mine"));
        add("f", '0', "");
        add("null", '3', "");
        add("/top/", '5', "");
        add("top/inside", '0', "");
        unpack();
        assertThat(dir.resolve("mine")).hasContent("kept");
        assertThat(base.resolve("f")).isRegularFile().hasContent("x");
        assertThat((int) Files.getAttribute(base.resolve("f"), "unix:mode") & 07777)
                .isEqualTo(0755);
        assertThat(base.resolve("null")).doesNotExist();
        assertThat(base.resolve("here/inside")).hasContent("x");
    }
}
