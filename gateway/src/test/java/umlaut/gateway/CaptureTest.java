package umlaut.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.net.core.SkBuff;

/** The blocks of a capture file (pcapng). */
class CaptureTest {
    @Test
    void aFrameIsOneBlock(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("x.pcapng");
        byte[] frame = new byte[61];
        frame[60] = 7;
        try (Capture capture = Capture.to(file)) {
            capture.write(SkBuff.of(frame, 0, frame.length), true);
        }
        ByteBuffer b = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int[] types = {0x0a0d0d0a, 1, 6};
        for (int type : types) {
            int start = b.position();
            assertThat(b.getInt()).isEqualTo(type);
            int length = b.getInt();
            assertThat(length % 4).isZero();
            assertThat(b.getInt(start + length - 4)).isEqualTo(length);
            if (type == 6) {
                assertThat(b.getInt(start + 20)).isEqualTo(frame.length);
                assertThat(b.get(start + 28 + 60)).isEqualTo((byte) 7);
            }
            b.position(start + length);
        }
        assertThat(b.remaining()).isZero();
        assertThatThrownBy(() -> Capture.to(directory)).isInstanceOf(GatewayException.class);
    }
}
