package umlaut.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir
    Path dir;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String read(LogFile.Reader reader) throws IOException {
        StringBuilder out = new StringBuilder();
        reader.read(piece -> out.append(piece.stream()).append(new String(piece.data(), StandardCharsets.ISO_8859_1)));
        return out.toString();
    }

    @Test
    void isReadOnAsItIsWritten() throws IOException {
        Path file = dir.resolve("log");
        try (LogFile.Reader reader = new LogFile.Reader(file)) {
            assertThat(read(reader)).isEmpty();
            try (LogFile.Writer writer = new LogFile.Writer(file)) {
                writer.write(1, bytes("out\n"), 4, 1);
                writer.write(2, bytes("err\n\0"), 5, 2);
                assertThat(read(reader)).isEqualTo("1out\n2err\n\0");
                assertThat(read(reader)).isEmpty();
            }
            // What a crash has cut short.
            Files.write(file, new byte[] {0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 9, 'x'}, StandardOpenOption.APPEND);
            assertThat(read(reader)).isEmpty();
        }
    }

    @Test
    void isBounded() throws IOException {
        Path file = dir.resolve("log");
        byte[] data = new byte[1 << 16];
        try (LogFile.Writer writer = new LogFile.Writer(file);
                LogFile.Reader reader = new LogFile.Reader(file)) {
            long[] seen = new long[1];
            for (int i = 0; i < 320; i++) {
                writer.write(1, data, data.length, i);
                reader.read(piece -> seen[0] += piece.data().length);
            }
            assertThat(seen[0]).isEqualTo(320L << 16);
            assertThat(Files.size(file)).isLessThan(9 << 20);
            assertThat(Files.size(dir.resolve("log.1"))).isLessThan(9 << 20);
        }
    }
}
