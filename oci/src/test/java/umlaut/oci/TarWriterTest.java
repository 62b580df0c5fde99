package umlaut.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import umlaut.machine.image.FileAttributes;

/** What is written is read again, whatever does not fit into a ustar header included. */
class TarWriterTest {
    @Test
    void comesBack() throws IOException {
        String longName = "d/" + "n".repeat(90) + "/" + "\u00fc".repeat(99);
        FileAttributes odd = new FileAttributes(04755, 3_000_000, 70_000, 1_700_000_000_000_000_000L, Map.of());
        FileAttributes plain = FileAttributes.of(0644, 1_000_000_000L);
        List<TarEntry> entries = List.of(
                new TarEntry("d/", '5', "", 0, 0, 0, plain),
                new TarEntry(longName, '0', "", 700, 0, 0, odd),
                new TarEntry("l", '2', "t".repeat(150), 0, 0, 0, plain),
                new TarEntry("h", '1', longName, 0, 0, 0, plain),
                new TarEntry("empty", '0', "", 0, 0, 0, plain));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TarWriter writer = new TarWriter(out);
        for (TarEntry e : entries) {
            writer.entry(e);
            out.write(new byte[(int) e.size()]);
            writer.endContents(e.size());
        }
        writer.finish();
        assertThat(out.size() % 512).isZero();
        TarReader reader = new TarReader(new ByteArrayInputStream(out.toByteArray()));
        for (TarEntry e : entries) {
            TarEntry back = reader.next();
            assertThat(back).isNotNull();
            assertThat(back.name()).isEqualTo(e.name());
            assertThat(back.type()).isEqualTo(e.type());
            assertThat(back.link()).isEqualTo(e.link());
            assertThat(reader.contents().readAllBytes()).hasSize((int) e.size());
            assertThat(back.attributes().mode()).isEqualTo(e.attributes().mode());
            assertThat(back.attributes().uid()).isEqualTo(e.attributes().uid());
            assertThat(back.attributes().mtimeNs()).isEqualTo(e.attributes().mtimeNs());
        }
        assertThat(reader.next()).isNull();
    }
}
