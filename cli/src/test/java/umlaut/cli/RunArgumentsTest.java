package umlaut.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import umlaut.gateway.PublishedPort;
import umlaut.machine.MachineConfig;
import umlaut.machine.NetworkConfig;

/** The command line of {@code umlaut run} as docker users write it. */
class RunArgumentsTest {
    private static MachineConfig parse(String... words) {
        Flags flags = new Flags("run", RunFlags.table());
        flags.parse(Arrays.asList(words), 0);
        Map<String, String> environment =
                Map.of("FROM_HOST", "yes", "TERM", "vt220", "XDG_DATA_HOME", "/nonexistent", "HOME", "/nonexistent");
        Surroundings around = new Surroundings(environment, Path.of("").toAbsolutePath(), false, false);
        return GuestStart.read(flags, false, false, around).config();
    }

    private static void refused(String message, String... words) {
        assertThatThrownBy(() -> parse(words))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nothingIsAShellInTheHostImage() {
        MachineConfig config = parse();
        assertThat(config.image()).isEqualTo("host");
        assertThat(config.command()).isEmpty();
        assertThat(config.terminal()).isFalse();
    }

    @Test
    void flagsEndAtTheImageOrDashes() {
        assertThat(parse("--", "ls", "-l", "--", "x").command()).containsExactly("ls", "-l", "--", "x");
        assertThat(parse("host", "ls", "-u", "x").command()).containsExactly("ls", "-u", "x");
        assertThat(parse("host", "--", "ls", "--help").command()).containsExactly("ls", "--help");
        assertThat(parse("--rm", "-it", "host").terminal()).isTrue();
        assertThat(parse("--init", "host").init()).isTrue();
        assertThat(parse("host").init()).isFalse();
    }

    @Test
    void valuesStandBehindOrBeside() {
        assertThat(parse("-m", "512m").memoryBytes()).isEqualTo(512L << 20);
        assertThat(parse("-m512m").memoryBytes()).isEqualTo(512L << 20);
        assertThat(parse("--mem=1.5g").memoryBytes()).isEqualTo(3L << 29);
        assertThat(parse("-itu1000:1000").user()).isEqualTo("1000:1000");
        assertThat(parse("-t=false", "-h", "web").hostname()).isEqualTo("web");
        assertThat(parse("--trace").trace()).isEqualTo(MachineConfig.TRACE_STDERR);
        assertThat(parse("--trace=/x/log").trace()).isEqualTo(Path.of("/x/log"));
        assertThat(parse("--cpus", "1.5").cpus()).isEqualTo(1.5);
        assertThat(parse("--pids-limit=-1").pidsLimit()).isZero();
        assertThat(parse("--ulimit", "nofile=10:20").rlimits()).isEqualTo(Map.of(7, new MachineConfig.Limit(10, 20)));
        assertThat(parse("--tmpfs", "/a:size=1m").tmpfs()).isEqualTo(Map.of("/a", "size=1m"));
        assertThat(parse("--name", "web").hostname()).isEqualTo("web");
    }

    @Test
    void environmentFromFlagsFilesAndHost(@TempDir Path dir) throws Exception {
        Path file = Files.write(dir.resolve("env"), List.of("# note", "", "A=1", "B=2", "FROM_HOST", "NOT_THERE"));
        assertThat(parse("--env-file", file.toString(), "-e", "B=3", "-eC=", "-e", "D=x=y")
                        .environment())
                .isEqualTo(Map.of("A", "1", "B", "3", "FROM_HOST", "yes", "C", "", "D", "x=y"));
        assertThat(parse("-t").environment()).containsEntry("TERM", "vt220");
    }

    @Test
    void volumes(@TempDir Path dir) {
        MachineConfig.Volume volume = parse("-v", dir + ":/srv:ro").volumes().getFirst();
        assertThat(volume).isEqualTo(new MachineConfig.Volume(dir, "/srv", true));
        assertThat(parse("-v", ".:/x").volumes().getFirst().source()).isAbsolute();
        refused("no file or directory", "-v", dir + "/missing:/srv");
        refused("must be SRC:DST", "-v", "/x");
        refused("not known", "-v", dir + ":/srv:rx");
        refused("root directory", "-v", dir + "://.");
    }

    @Test
    void mistakesGetOneLine() {
        refused("unknown flag --bogus", "--bogus");
        refused("unknown flag -x in -itx", "-itx");
        refused("needs a value", "-m");
        refused("no size", "-m", "lots");
        refused("too little", "-m", "1");
        refused("no image 'ls'", "ls");
        refused("not an absolute path", "-w", "x");
        refused("is not known", "--net", "bridge");
        refused("true or false", "--rm=maybe");
        refused("no whole number", "--pids-limit", "many");
        refused("no file", "--env-file", "/nonexistent/env");
        refused("no variable's name", "-e", "=x");
        refused("nofile=1024", "--ulimit", "files=3");
        refused("above the hard", "--ulimit", "nofile=30:20");
    }

    private static String ports(String... words) {
        NetworkConfig.Nat nat = (NetworkConfig.Nat) parse(words).network();
        StringBuilder out = new StringBuilder();
        for (PublishedPort p : nat.config().ports()) {
            out.append(p.address()[0] & 0xff)
                    .append(p.address().length == 4 ? "/" : "6/")
                    .append(p.hostPort())
                    .append('>')
                    .append(p.guestPort())
                    .append(p.udp() ? "u " : " ");
        }
        return out.toString().strip();
    }

    @Test
    void portsArePublishedAsDockerDoes() {
        assertThat(ports()).isEmpty();
        assertThat(ports("-p", "8080:80", "-p", "53:53/udp")).isEqualTo("127/8080>80 127/53>53u");
        assertThat(ports("-p", "80", "-p0:81", "-p", "127.0.0.1::82")).isEqualTo("127/0>80 127/0>81 127/0>82");
        assertThat(ports("-p", "0.0.0.0:80:80", "-p", "[::1]:1:2", "-p", "10.0.0.1::3"))
                .isEqualTo("0/80>80 06/1>2 10/0>3");
        assertThat(ports("-p", "8000-8002:80-82")).isEqualTo("127/8000>80 127/8001>81 127/8002>82");
        refused("no port", "-p", "x:80");
        refused("no port", "-p", "80:0");
        refused("no port", "-p", "80:65536");
        refused("equally long", "-p", "80-90:80");
        refused("no address", "-p", "localhost:80:80");
        refused("tcp or udp", "-p", "80:80/sctp");
        refused("no range", "-p", "9-8");
        refused("none", "--net", "none", "-p", "80");
        refused("not known", "--net", "bridge");
    }

    @Test
    void severalNetworksAreSeveralDevices() {
        NetworkConfig.Many many = (NetworkConfig.Many)
                parse("--net", "switch:a,ip=10.1.0.1/24", "--net", "nat", "--net", "switch:b", "-p", "8080:80")
                        .network();
        assertThat(many.devices()).hasSize(3);
        assertThat(((NetworkConfig.Switch) many.devices().get(0)).name()).isEqualTo("a");
        assertThat(((NetworkConfig.Nat) many.devices().get(1)).config().ports()).hasSize(1);
        refused("only one 'nat'", "--net", "nat", "--net", "nat");
        refused("only one 'nat'", "--net", "none", "--net", "switch:a");
        refused("for nat alone", "--net", "switch:b", "--net", "switch:a", "-p", "80");
        refused("no single one", "--net", "switch:b", "--net", "switch:a", "--pcap", "x");
    }
}
