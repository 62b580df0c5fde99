package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Images: imported, run, booted, with a system that is busybox and nothing else. */
@Tag("guest")
@Timeout(300)
class ImageTest {
    private static final String SETUP = """
            set -e
            busybox=$(command -v busybox) || exit 77
            ! ldd "$busybox" >/dev/null 2>&1 || exit 77
            mkdir -p root/bin root/sbin root/etc root/tmp root/root
            cp "$busybox" root/bin/busybox
            for name in grep sh ls cat id mount umount echo sync touch stat pwd printenv sleep; do ln -s busybox root/bin/$name; done
            for name in init reboot poweroff; do ln -s ../bin/busybox root/sbin/$name; done
            echo 'root:x:0:0:root:/root:/bin/sh' >root/etc/passwd
            echo 'ann:x:1000:100:Ann:/tmp:/bin/sh' >>root/etc/passwd
            printf 'root:x:0:\\nusers:x:100:\\nwheel:x:10:ann\\n' >root/etc/group
            cat >root/etc/inittab <<EOF
            ::sysinit:/bin/mount -t proc proc /proc
            ::sysinit:/bin/mount -o remount,rw /
            tty1::respawn:/bin/sh
            ::shutdown:/bin/umount -a -r
            EOF
            chmod 1777 root/tmp
            tar -C root --owner=0 --group=0 --numeric-owner -cf system.tar .
            """;

    @TempDir
    Path dir;

    @BeforeEach
    void system() {
        Umlaut.Result made = Umlaut.host("", 60, List.of("sh", "-c", "cd " + dir + "; " + SETUP));
        assumeTrue(made.status() != 77, "no static busybox on this host (package busybox-static): images are not run");
        assertThat(made.status()).as(made.err()).isZero();
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("env", "XDG_DATA_HOME=" + dir.resolve("data"), "XDG_STATE_HOME=" + dir.resolve("state")));
        command.add(Umlaut.ROOT.resolve("umlaut").toString());
        command.addAll(List.of(arguments));
        return command;
    }

    private Umlaut.Result umlaut(String... arguments) {
        return Umlaut.host("", 120, command(arguments));
    }

    private void succeeds(String expected, String... arguments) {
        Umlaut.Result result = umlaut(arguments);
        assertThat(result.out()).as(result.err()).isEqualTo(expected);
        assertThat(result.status()).isZero();
    }

    private void fails(String expected, String... arguments) {
        Umlaut.Result result = umlaut(arguments);
        assertThat(result.status()).isEqualTo(125);
        assertThat(result.err()).contains(expected).hasLineCount(1);
    }

    @Test
    void runsAnImportedArchive() {
        succeeds("system\n", "image", "import", dir.resolve("system.tar").toString());
        fails("there is an image 'system' already", "image", "import", dir + "/system.tar", "system");
        succeeds(
                "uid=0(root) gid=0(root) groups=0(root)\n1777\n",
                "run",
                "system",
                "--",
                "sh",
                "-c",
                "id; stat -c %a /tmp; echo x >/new");
        succeeds("bin dev etc lost+found proc root sbin sys tmp\n", "run", "system", "--", "sh", "-c", "echo *");
        succeeds(
                "uid=1000(ann) gid=100(users) groups=100(users),10(wheel)\n", "run", "-u", "ann", "system", "--", "id");
        // Whoever logs in says so once; all that descends from it has it.
        succeeds(
                "51",
                "run",
                "system",
                "--",
                "sh",
                "-c",
                "echo 5 >/proc/self/loginuid; cat /proc/self/loginuid /proc/self/sessionid");
        // The kernel's log, each line once, and whoever reads on waits.
        succeeds(
                "marked\nlater\n",
                "run",
                "system",
                "--",
                "sh",
                "-c",
                "echo marked >/dev/kmsg; grep -m1 -o marked /proc/kmsg; (sleep 1; echo later >/dev/kmsg) &"
                        + " grep -m1 -o later /proc/kmsg");
        fails("no image 'other'", "run", "other");
        fails("no user 'bob' in the guest", "run", "-u", "bob", "system", "--", "id");
        assertThat(umlaut("run", "system", "--", "nothing").status()).isEqualTo(127);
        assertThat(umlaut("run", "--read-only", "system", "--", "touch", "/x").err())
                .contains("Read-only file system");
    }

    @Test
    void namedGuestsKeepTheirDisks() {
        umlaut("image", "import", dir + "/system.tar");
        succeeds("", "run", "--name", "g1", "system", "--", "sh", "-c", "echo kept >/mine");
        succeeds("kept\n", "run", "--name", "g1", "system", "--", "cat", "/mine");
        succeeds("kept\n", "run", "--name", "g1", "system", "--", "sh", "-c", "cat /mine; sync");
        fails("image 'system' is that of guest 'g1'", "image", "rm", "system");
        succeeds("g1\n", "rm", "g1");
        assertThat(umlaut("rm", "g1").err()).contains("no guest 'g1'").hasLineCount(1);
        assertThat(umlaut("run", "--rm", "--name", "g1", "system", "--", "cat", "/mine")
                        .status())
                .isEqualTo(1);
        succeeds("", "image", "rm", "system");
        assertThat(dir.resolve("data/umlaut/images")).isEmptyDirectory();
        assertThat(dir.resolve("data/umlaut/tmp")).isEmptyDirectory();
    }

    /** Running, from its files; at rest, from its disk. */
    @Test
    void guestsBecomeImages() {
        umlaut("image", "import", dir + "/system.tar");
        String wait = "until [ -e /made ]; do sleep 0.1; done; cat /made";
        umlaut("run", "-d", "--name", "d", "system", "--", "sh", "-c", "echo mine >/made; sleep 1000");
        succeeds("mine\n", "exec", "d", "sh", "-c", wait);
        succeeds("snap\n", "commit", "--size", "64m", "d", "snap");
        succeeds("mine\n", "exec", "d", "cat", "/made");
        succeeds("d\n", "stop", "d");
        succeeds("rest\n", "commit", "d", "rest");
        for (String image : List.of("snap", "rest")) {
            succeeds(
                    "mine\nbin dev etc lost+found made proc root sbin sys tmp\n",
                    "run",
                    image,
                    "--",
                    "sh",
                    "-c",
                    "cat /made; echo *");
        }
        succeeds("d\n", "start", "d");
        succeeds("mine\n", "exec", "d", "cat", "/made");
        succeeds("d\n", "rm", "-f", "d");
        assertThat(dir.resolve("data/umlaut/guests")).isEmptyDirectory();
    }

    /** What docker save writes. */
    @Test
    void anImageSaysHowItIsRun() throws Exception {
        byte[] layer = Files.readAllBytes(dir.resolve("system.tar"));
        String id =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(layer));
        Path saved = Files.createDirectory(dir.resolve("saved"));
        Files.write(saved.resolve("layer.tar"), layer);
        Files.writeString(
                saved.resolve("c.json"),
                ("{'architecture':'amd64','os':'linux','config':{'Env':['A=1','B=2'],'Entrypoint':['/bin/sh','-c'],"
                                + "'Cmd':['pwd; id -u; echo $A$B'],'WorkingDir':'/work','User':'ann'},"
                                + "'rootfs':{'diff_ids':['sha256:" + id + "']}}")
                        .replace('\'', '"'));
        Files.writeString(
                saved.resolve("manifest.json"),
                "[{'Config':'c.json','RepoTags':['tool:1'],'Layers':['layer.tar']}]".replace('\'', '"'));
        String pack = "cd " + saved + " && tar -czf ../saved.tar.gz manifest.json c.json layer.tar";
        assertThat(Umlaut.host("", 60, List.of("sh", "-c", pack)).status()).isZero();
        succeeds("tool:1\n", "image", "import", dir + "/saved.tar.gz");
        succeeds("/work\n1000\n12\n", "run", "tool:1");
        succeeds("13\n", "run", "-e", "B=3", "tool:1", "--", "echo $A$B");
        succeeds(
                "0 /tmp\n",
                "run",
                "-u",
                "0",
                "-w",
                "/tmp",
                "--entrypoint",
                "sh",
                "tool:1",
                "-c",
                "echo $(id -u) $(pwd)");
    }

    /** A raw disk with an MBR: the root is a partition of it. */
    @Test
    void aDiskWithPartitions() throws IOException {
        succeeds("small\n", "image", "import", "--size", "32m", dir + "/system.tar", "small");
        byte[] fs = Files.readAllBytes(dir.resolve("data/umlaut/images/small/disk"));
        int start = 2048;
        ByteBuffer mbr = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        mbr.put(446 + 4, (byte) 0x83).putInt(446 + 8, start).putInt(446 + 12, fs.length / 512);
        mbr.put(510, (byte) 0x55).put(511, (byte) 0xaa);
        try (FileChannel disk =
                FileChannel.open(dir.resolve("disk.img"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            disk.write(mbr, 0);
            disk.write(ByteBuffer.wrap(fs), start * 512L);
        }
        succeeds("disk\n", "image", "import", dir + "/disk.img");
        succeeds(
                "/dev/ubda1 on / type ext4 (rw,relatime)\n",
                "run",
                "disk",
                "--",
                "sh",
                "-c",
                "echo x >/x; mount | grep ubda");
    }

    // --- booting ---

    private static void await(BufferedReader lines, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        String line;
        while ((line = lines.readLine()) != null) {
            if (line.equals(wanted)) {
                return;
            }
            seen.append(line).append('\n');
        }
        throw new AssertionError("'" + wanted + "' does not come: " + seen);
    }

    private static void say(Writer to, String line) throws IOException {
        to.write(line + "\n");
        to.flush();
    }

    @Test
    void bootsItsInit() throws Exception {
        umlaut("image", "import", dir + "/system.tar");
        Process guest = new ProcessBuilder(command("boot", "--name", "b", "system"))
                .redirectErrorStream(true)
                .start();
        try (BufferedReader lines = guest.inputReader(StandardCharsets.ISO_8859_1);
                Writer keys = guest.outputWriter(StandardCharsets.ISO_8859_1)) {
            await(lines, "Enter 'help' for a list of built-in commands.");
            // The session's end hangs the terminal up; the next one can use it all the same.
            say(keys, "exit");
            await(lines, "Enter 'help' for a list of built-in commands.");
            // The terminal echoes what is typed: the answers must look otherwise.
            say(keys, "echo re''ady; stat -c %t:%T /dev/tty1; echo first >/boots; reboot");
            await(lines, "ready");
            await(lines, "4:1");
            await(lines, "Requesting system reboot");
            await(lines, "Enter 'help' for a list of built-in commands.");
            say(keys, "cat /boots; sleep 1000 & poweroff");
            await(lines, "first");
            while (lines.readLine() != null) {
                // To its end.
            }
            assertThat(guest.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(guest.exitValue()).isZero();
        } finally {
            guest.descendants().forEach(ProcessHandle::destroyForcibly);
            guest.destroyForcibly();
        }
        // Clean: nothing to recover when it is mounted again.
        succeeds(
                "first\n",
                "run",
                "--name",
                "b",
                "system",
                "--",
                "sh",
                "-c",
                "cat /boots; ! busybox dmesg | grep recover");
    }

    @Test
    void imagesWithoutInitAreSaid() {
        umlaut("image", "import", dir + "/system.tar");
        fails("image 'host' has no init", "boot", "host");
        fails("no image 'none'", "boot", "none");
        fails("say which image to boot", "boot");
    }
}
