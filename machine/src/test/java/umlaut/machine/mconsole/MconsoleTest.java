package umlaut.machine.mconsole;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MconsoleTest {
    private final StringBuilder done = new StringBuilder();

    private final Hardware hardware = new Hardware() {
        @Override
        public String version() {
            return "Linux (none) 6.18.0";
        }

        @Override
        public void halt() {
            done.append("halt ");
        }

        @Override
        public void reboot() {
            done.append("reboot ");
        }

        @Override
        public void ctrlAltDel() {
            done.append("cad ");
        }

        @Override
        public void stop() {
            done.append("stop ");
        }

        @Override
        public void go() {
            done.append("go ");
        }

        @Override
        public void log(String text) {
            done.append("log:").append(text).append(' ');
        }

        @Override
        public String sysrq(char letter) {
            return "sysrq " + letter;
        }

        @Override
        public String stack(int pid) {
            return "stack " + pid;
        }

        @Override
        public String proc(String file) {
            throw new MconsoleException("Failed to open file");
        }

        @Override
        public Iterable<Kind> kinds() {
            return List.of(new Kind() {
                @Override
                public String prefix() {
                    return "ubd";
                }

                @Override
                public String get(String name) {
                    return "is " + name;
                }

                @Override
                public void set(String assignment) {
                    done.append("set:").append(assignment).append(' ');
                }

                @Override
                public void remove(String name) {
                    throw new MconsoleException("Device is currently open");
                }
            });
        }
    };

    private final Commands commands = new Commands(hardware);

    private String say(String text) {
        Reply reply = commands.carryOut(text);
        return (reply.failed() ? "ERR " : "OK ") + reply.text();
    }

    @Test
    void commandsAreFoundByTheirBeginning() {
        assertThat(say("version")).isEqualTo("OK Linux (none) 6.18.0");
        assertThat(say("versions")).isEqualTo("OK Linux (none) 6.18.0");
        assertThat(say("sysrq")).isEqualTo("OK sysrq h");
        assertThat(say("stack 12 x")).isEqualTo("OK stack 12");
        assertThat(say("stack me")).isEqualTo("ERR Please specify a pid");
        assertThat(say("proc x")).isEqualTo("ERR Failed to open file");
        assertThat(say("frob")).isEqualTo("ERR Unknown command");
        assertThat(say("log a b")).isEqualTo("OK ");
        assertThat(say("cad")).isEqualTo("OK ");
        assertThat(done.toString()).isEqualTo("log:a b cad ");
        assertThat(say("help")).contains("    config <dev>=<config> - Add a new device to UML; \n\tsame syntax");
    }

    @Test
    void stopAndGo() {
        assertThat(say("go")).isEqualTo("ERR Not stopped");
        assertThat(say("stop")).isEqualTo("OK stopped");
        assertThat(say("stop")).isEqualTo("ERR Already stopped");
        assertThat(say("go")).isEqualTo("OK ");
        assertThat(done.toString()).isEqualTo("stop go ");
    }

    @Test
    void devices() {
        assertThat(say("config ubd1")).isEqualTo("OK is 1");
        assertThat(say("config ubd1=a,b")).isEqualTo("OK ");
        assertThat(done.toString()).isEqualTo("set:1=a,b ");
        assertThat(say("remove ubd1")).isEqualTo("ERR Device is currently open");
        assertThat(say("config xyz=1")).isEqualTo("ERR Bad configuration option");
        assertThat(say("remove xyz")).isEqualTo("ERR Bad remove option");
    }

    private static byte[] request(int magic, int version, int length, String text) {
        return ByteBuffer.allocate(12 + 512)
                .order(ByteOrder.nativeOrder())
                .putInt(magic)
                .putInt(version)
                .putInt(length)
                .put(text.getBytes(StandardCharsets.ISO_8859_1))
                .array();
    }

    @Test
    void requests() {
        byte[] good = request(Request.MAGIC, 2, 7, "versionrest");
        assertThat(Request.parse(good, good.length)).isEqualTo(new Request("", "version"));
        byte[] other = request(Request.MAGIC, 3, 4, "halt");
        assertThat(Request.parse(other, other.length)).isEqualTo(new Request("Unsupported mconsole version", "halt"));
        byte[] large = request(Request.MAGIC, 2, 512, "x");
        assertThat(Request.parse(large, large.length).problem()).isEqualTo("Request too large");
        byte[] old = "version\0".getBytes(StandardCharsets.US_ASCII);
        assertThat(Request.parse(old, old.length).problem()).startsWith("ERR Version 0 mconsole clients");
    }

    @Test
    void longAnswersComeInPackets() {
        List<byte[]> packets = new Reply(true, "x".repeat(1023)).packets();
        assertThat(packets).extracting(p -> p.length).containsExactly(12 + 512, 12 + 512, 12 + 2);
        assertThat(packets).extracting(p -> ints(p, 0)).containsExactly(1, 0, 0);
        assertThat(packets).extracting(p -> ints(p, 4)).containsExactly(1, 1, 0);
        assertThat(packets).extracting(p -> ints(p, 8)).containsExactly(512, 512, 2);
        assertThat(Reply.ok("").packets())
                .hasSize(1)
                .first()
                .extracting(p -> p.length)
                .isEqualTo(13);
    }

    private static int ints(byte[] packet, int at) {
        return ByteBuffer.wrap(packet).order(ByteOrder.nativeOrder()).getInt(at);
    }

    @FuzzTest
    void whateverComesIsAnswered(byte[] data) {
        Request request = Request.parse(data, data.length);
        assertThat(commands.carryOut(request.text()).packets()).isNotEmpty();
    }
}
