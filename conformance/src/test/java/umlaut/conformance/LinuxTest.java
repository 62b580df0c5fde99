package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** User-mode Linux's command line, with a system that is a static busybox on a directory of the host's. */
@Tag("guest")
@Timeout(300)
class LinuxTest {
    static final String SETUP = """
            set -e
            busybox=$(command -v busybox) || exit 77
            ! ldd "$busybox" >/dev/null 2>&1 || exit 77
            mkdir -p root/bin root/sbin root/etc root/proc root/dev root/tmp root/root root/mnt
            cp "$busybox" root/bin/busybox
            for name in sh ls cat id mount umount echo tty poweroff reboot dmesg sleep stat head grep ps date ifconfig seq; do
                ln -s busybox root/bin/$name
            done
            ln -s ../bin/busybox root/sbin/init
            ln -s ../bin/busybox root/sbin/getty
            echo 'root::0:0:root:/root:/bin/sh' >root/etc/passwd
            cat >root/etc/inittab <<EOF
            ::sysinit:/bin/mount -t proc proc /proc
            console::respawn:-/bin/sh
            tty1::respawn:-/bin/sh
            ttyS0::respawn:-/bin/sh
            ::ctrlaltdel:/bin/poweroff
            EOF
            """;

    /** What is typed before it asks for the cursor's place may be lost. */
    private static final String PROMPT = "/ # \u001b[6n";

    private static final String HOSTFS = "rootfstype=hostfs";

    @TempDir
    Path dir;

    @BeforeEach
    void system() {
        Umlaut.Result made = Umlaut.host("", 60, List.of("sh", "-c", "cd " + dir + "; " + SETUP));
        assumeTrue(made.status() != 77, "no static busybox on this host (package busybox-static): linux is not run");
        assertThat(made.status()).as(made.err()).isZero();
    }

    private UmlGuest linux(String... more) throws IOException {
        String[] all = new String[more.length + 3];
        all[0] = HOSTFS;
        all[1] = "rootflags=" + dir.resolve("root");
        all[2] = "rw";
        System.arraycopy(more, 0, all, 3, more.length);
        return UmlGuest.start(dir, Map.of(), all);
    }

    @Test
    void bootsToAShellOnTheConsole() throws Exception {
        try (UmlGuest guest = linux("con=null", "mem=96M", "word", "A=b")) {
            String boot = guest.await(PROMPT);
            assertThat(boot.lines().findFirst().orElse(""))
                    .matches("\\[ +\\d+\\.\\d{6}\\] Linux version 6\\.18\\.0-umlaut .*");
            assertThat(boot)
                    .contains("] Kernel command line: rootfstype=hostfs rootflags=")
                    .contains("] Unknown kernel command line parameters \"word A=b\", will be passed to user space.\n")
                    .contains("] Memory: 98304K/98304K available\n")
                    .contains("] printk: console [tty0] enabled\n")
                    .contains("] VFS: Mounted root (hostfs filesystem) on device 0:")
                    .contains("] devtmpfs: mounted\n")
                    .contains("] Run /sbin/init as init process\n")
                    .doesNotContain("with arguments");
            // The terminal echoes what is typed: the answers must look otherwise.
            guest.type(
                    "tty; cat /proc/consoles; tail -c 24 /proc/cmdline; grep '   word' /dev/kmsg & sleep 1; kill %1");
            guest.await("/dev/console\r\n");
            guest.await("tty0                 -W- (EC p a)    4:0\r\n");
            guest.await("root=98:0 console=tty0\r\n");
            guest.await(";    word");
            guest.type(
                    "echo '<3>wr''ong' >/dev/kmsg; dmesg | grep -o 'wr[o]ng'; dmesg -n 3; echo '<3>hid''den' >/dev/kmsg");
            guest.await("] wrong\n");
            guest.await("wrong\r\n");
            guest.type("poweroff");
            guest.await("Requesting system poweroff");
            guest.await("\n");
            assertThat(guest.ended()).isZero();
            assertThat(guest.output()).doesNotContain("hidden");
        }
    }

    @Test
    void quietShowsWarningsOnly() throws Exception {
        try (UmlGuest guest =
                linux("quiet", "init=/bin/sh", "--", "-c", "echo mine; echo '<3>err' >/dev/kmsg; exit 3")) {
            assertThat(guest.ended()).isEqualTo(134);
            // What programs write and what the kernel says come by ways of their own.
            assertThat(guest.output())
                    .contains("mine\r\n")
                    .contains("] err\n")
                    .contains("] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000300\n")
                    .doesNotContain("Linux version");
        }
    }

    @Test
    void withoutARootItPanics() throws Exception {
        try (UmlGuest guest = UmlGuest.start(dir, Map.of(), "ubd0=nothing", "udb1=x")) {
            assertThat(guest.ended()).isEqualTo(134);
            assertThat(guest.output())
                    .contains("'udb' passed on command line -> did you mean 'ubd'?")
                    .contains("Failed to open ubd0: disk image 'nothing': No such file or directory")
                    .contains("VFS: Cannot open root device \"98:0\" or unknown-block(0,0): error -6")
                    .endsWith(
                            "---[ end Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0) ]---\n");
        }
        try (UmlGuest guest = UmlGuest.start(dir, Map.of(), "con0=null")) {
            assertThat(guest.ended()).isEqualTo(134);
            assertThat(guest.output())
                    .isEqualTo(
                            "linux: Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n");
        }
    }

    @Test
    void rebootsUnlessToldNotTo() throws Exception {
        try (UmlGuest guest = linux("con=null", "quiet")) {
            guest.await(PROMPT);
            guest.type("reboot");
            guest.await("reboot: Restarting system");
            guest.await(PROMPT);
            guest.type("poweroff");
            assertThat(guest.ended()).isZero();
        }
        try (UmlGuest guest = linux("con=null", "quiet", "noreboot")) {
            guest.await(PROMPT);
            guest.type("reboot");
            assertThat(guest.ended()).isZero();
        }
    }

    /** Disks by their numbers, a copy-on-write file, one that is only read. */
    @Test
    void disks() throws Exception {
        String make =
                "mke2fs -V 2>/dev/null || exit 77; mke2fs -q -F -t ext4 -d root disk 16M && mke2fs -q -F other 1M";
        int made = Umlaut.host("", 60, List.of("sh", "-c", "cd " + dir + "; " + make))
                .status();
        assumeTrue(made != 77, "no mke2fs on this host (package e2fsprogs)");
        byte[] before = Files.readAllBytes(dir.resolve("disk"));
        try (UmlGuest guest =
                UmlGuest.start(dir, Map.of(), "ubd0=cow,disk", "ubd3r=other", "root=/dev/ubd0", "con=null", "umid=d")) {
            assertThat(guest.await(PROMPT))
                    .contains("] Creating \"cow\" as COW file for \"disk\"\n")
                    .contains("] VFS: Mounted root (ext4 filesystem) readonly on device 98:0.\n");
            guest.type(
                    "mount -o remount,rw /; echo kept >/file; ls -l /dev/ubd?; mount /dev/ubdd /mnt; mount | grep ubdd");
            guest.await(" 98,   0 ");
            guest.await(" 98,  48 ");
            guest.await("/dev/ubdd on /mnt type ext2 (ro,");
            guest.type("poweroff");
            assertThat(guest.ended()).isZero();
        }
        assertThat(Files.readAllBytes(dir.resolve("disk"))).isEqualTo(before);
        try (UmlGuest guest =
                UmlGuest.start(dir, Map.of(), "ubd0=cow:disk", "quiet", "con=null", "init=/bin/cat", "/file")) {
            guest.await("kept");
        }
    }

    private static String until(Socket socket, String wanted) throws IOException {
        StringBuilder seen = new StringBuilder();
        int c;
        while (seen.indexOf(wanted) < 0 && (c = socket.getInputStream().read()) >= 0) {
            seen.append((char) c);
        }
        assertThat(seen.toString()).contains(wanted);
        return seen.toString();
    }

    /** Each who connects has a session of his own on that terminal; it ends with the connection. */
    @Test
    void aConsoleOnAPort() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (UmlGuest guest = linux("con=null", "con0=null", "con1=port:" + port, "ssl0=port:" + port, "quiet")) {
            for (int i = 0; i < 2; i++) {
                try (Socket client = connect(port)) {
                    client.setSoTimeout(30_000);
                    assertThat(until(client, PROMPT))
                            .startsWith("\u00ff\u00fb\u0001\u00ff\u00fb\u0003\u00ff\u00fd\u001f");
                    byte[] size = {-1, -6, 31, 0, 100, 0, 30, -1, -16};
                    client.getOutputStream().write(size);
                    client.getOutputStream().write("stty size; t''ty\r\n".getBytes(StandardCharsets.US_ASCII));
                    assertThat(until(client, "/dev/tty").length()).isPositive();
                }
            }
            guest.handle().destroy();
            assertThat(guest.ended()).isZero();
        }
    }

    private static Socket connect(int port) throws IOException, InterruptedException {
        for (int i = 0; ; i++) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException e) {
                if (i == 500) {
                    throw e;
                }
                Thread.sleep(20);
            }
        }
    }

    // --- virtual time ---

    /** Sleeps, polls, condition variables, threads that are joined, timers and alarms, all at the very time, and twice the same. */
    @Test
    void timeTravels() throws Exception {
        String compile = "command -v gcc >/dev/null || exit 77; gcc -O1 -static -o " + dir.resolve("root/bin/travel")
                + " conformance/src/test/uml/travel.c -lpthread || exit 77";
        assumeTrue(Umlaut.host("", 120, List.of("sh", "-c", compile)).status() == 0, "no gcc for static programs");
        String script = "mount -t proc proc /proc; date; travel; echo $?; date; i=0;"
                + " while [ $i -lt 60 ]; do sleep 60; i=$((i+1)); done; date; read a b </proc/uptime; echo $a; poweroff -f";
        String first = travel(script);
        assertThat(first)
                .startsWith("Thu Jan  1 00:00:00 UTC 1970\r\n"
                        + "sleep 3600.000000000\r\npoll 3690.000000000\r\ncondition 4690.000000000 1\r\n"
                        + "threads 4781.500000000\r\nwait 4858.500000000\r\ntimer 5358.500000000\r\n"
                        + "Alarm clock\r\n142\r\n"
                        + "Thu Jan  1 01:30:08 UTC 1970\r\nThu Jan  1 02:30:08 UTC 1970\r\n9008.50\r\n");
        assertThat(travel(script)).isEqualTo(first);
    }

    private String travel(String script) throws Exception {
        try (UmlGuest guest = linux(
                "con=null",
                "quiet",
                "time-travel=inf-cpu",
                "time-travel-start=0",
                "init=/bin/sh",
                "--",
                "-c",
                script)) {
            assertThat(guest.ended()).isZero();
            return guest.output();
        }
    }

    // --- the management console ---

    private String mconsole(String command) {
        Umlaut.Result result = Umlaut.host("", 60, List.of("env", "HOME=" + dir, "uml_mconsole", "m", command));
        return result.out() + result.err();
    }

    @Test
    void umlMconsole() throws Exception {
        assumeTrue(
                Umlaut.host("", 10, List.of("sh", "-c", "command -v uml_mconsole"))
                                .status()
                        == 0,
                "no uml_mconsole on this host (package uml-utilities)");
        byte[] disk = new byte[1 << 20];
        Files.write(dir.resolve("disk"), disk);
        try (UmlGuest guest = linux("con=null", "quiet", "umid=m", "mem=64M")) {
            guest.await(PROMPT);
            assertThat(Files.readString(dir.resolve(".uml/m/pid")))
                    .isEqualTo(guest.handle().pid() + "\n");
            assertThat(mconsole("version"))
                    .startsWith("OK Linux (none) 6.18.0-umlaut #1 ")
                    .endsWith(" x86_64\n");
            assertThat(mconsole("config ubd1=" + dir.resolve("disk"))).isEqualTo("OK \n");
            assertThat(mconsole("config ubd1=" + dir.resolve("disk"))).isEqualTo("ERR Device is already configured\n");
            assertThat(mconsole("config ubd1")).isEqualTo("OK " + dir.resolve("disk") + "\n");
            guest.type("ls -l /dev/ubdb; exec 3</dev/ubdb; echo op''en");
            guest.await(" 98,  16 ");
            guest.await("open\r\n");
            assertThat(mconsole("remove ubd1")).isEqualTo("ERR Device is currently open\n");
            guest.type("exec 3<&-; echo clo''sed");
            guest.await("closed\r\n");
            assertThat(mconsole("remove ubd1")).isEqualTo("OK \n");
            assertThat(mconsole("config eth3=slirp")).isEqualTo("OK \n");
            guest.type("ls /dev/ubdb; ifconfig eth3 up; ifconfig eth3 | grep -o U''P");
            guest.await("ls: /dev/ubdb: No such file or directory\r\n");
            guest.await("UP\r\n");
            assertThat(mconsole("remove eth3")).isEqualTo("ERR Device is currently open\n");
            assertThat(mconsole("config con2")).isEqualTo("OK null\n");
            assertThat(mconsole("config con2=fd:9")).isEqualTo("OK \n");
            assertThat(mconsole("config con2")).isEqualTo("OK fd:9\n");
            assertThat(mconsole("remove con2")).isEqualTo("OK \n");
            assertThat(mconsole("config con0=null")).isEqualTo("ERR Device is already open\n");
            assertThat(mconsole("config mem=+64M")).isEqualTo("OK \n");
            assertThat(mconsole("proc meminfo")).contains("OK \nMemTotal:         131072 kB\n");
            assertThat(mconsole("stack 1")).startsWith("OK task:init ").contains("Call Trace:\n");
            assertThat(mconsole("sysrq x")).startsWith("OK sysrq: HELP : ");
            guest.type("i=0; while sleep 0.01; do i=$((i+1)); echo t$i.; done");
            guest.await("t3.");
            assertThat(mconsole("stop")).isEqualTo("OK stopped\n");
            Thread.sleep(300);
            int before = guest.output().length();
            Thread.sleep(300);
            assertThat(guest.output().length()).isEqualTo(before);
            assertThat(mconsole("go")).isEqualTo("OK \n");
            guest.await("t20.");
            mconsole("halt");
            assertThat(guest.ended()).isZero();
            assertThat(dir.resolve(".uml/m")).doesNotExist();
        }
    }

    @Test
    void helpAndVersion() {
        String linux = Umlaut.ROOT.resolve("linux").toString();
        assertThat(Umlaut.host("", 60, List.of(linux, "--version")).out()).isEqualTo("6.18.0-umlaut\n");
        assertThat(Umlaut.host("", 60, List.of(linux, "--help")).out()).contains("ubd<n><flags>=<file>");
        assertThat(Umlaut.host("", 60, List.of(linux, "--showconfig")).out()).contains("CONFIG_");
    }
}
