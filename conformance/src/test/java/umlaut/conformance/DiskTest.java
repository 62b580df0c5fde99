package umlaut.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks: images made by the host's mke2fs, changed by programs in guests, and found right by its e2fsck. */
@Tag("guest")
class DiskTest {
    private static final long SIZE = 40L << 20;
    private static final Path WORK = Umlaut.ROOT.resolve("conformance/src/test/disk");

    @TempDir
    Path dir;

    @BeforeAll
    static void tools() {
        for (String tool : List.of("mke2fs", "e2fsck", "python3")) {
            boolean there = Umlaut.host("", 10, List.of("sh", "-c", path("command -v " + tool)))
                            .status()
                    == 0;
            assumeTrue(there, tool + " is not on this host: disks are not tested");
        }
    }

    /** Those who are not root have no /sbin in their path. */
    private static String path(String command) {
        return "PATH=$PATH:/usr/sbin:/sbin; " + command;
    }

    private static Umlaut.Result host(String command) {
        return Umlaut.host("", 120, List.of("sh", "-c", path(command)));
    }

    private Path image(String name, String options) throws IOException {
        Path file = dir.resolve(name);
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(SIZE);
        }
        Umlaut.Result made = host("mke2fs -q -F " + options + " " + file);
        assertThat(made.status()).as(made.err()).isZero();
        return file;
    }

    private static void requireClean(Path image, String what) {
        Umlaut.Result check = host("e2fsck -fn " + image);
        assertThat(check.status()).as(what + ": " + check.out()).isZero();
    }

    /** A guest with these disks runs a shell script; /tools is where the tools of these tests are. */
    private static Umlaut.Result guest(String script, List<String> disks) {
        List<String> arguments = new ArrayList<>(List.of("run", "-v", WORK + ":/tools:ro"));
        disks.forEach(disk -> arguments.addAll(List.of("--disk", disk)));
        arguments.addAll(List.of("--", "sh", "-c", script));
        return Umlaut.run(arguments.toArray(String[]::new));
    }

    @Test
    void everyKindOfFileSystemStandsTheWork() throws IOException {
        List<String> kinds = List.of(
                "-t ext4 -b 4096",
                "-t ext4 -b 1024 -O ^flex_bg -g 2048",
                "-t ext2 -b 4096 -O ^dir_index",
                "-t ext3 -b 1024 -I 128",
                "-t ext4 -b 4096 -O ^64bit,^metadata_csum,uninit_bg,^extents",
                "-t ext4 -b 2048 -O meta_bg,^resize_inode,^has_journal",
                "-t ext4 -b 4096 -O inline_data -I 256");
        List<String> images = new ArrayList<>();
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < kinds.size(); i++) {
            String kind = kinds.get(i);
            images.add(image("image" + i, kind).toString());
            String device = "/dev/ubd" + (char) ('a' + i);
            script.append("mount " + device + " /mnt && python3 /tools/work.py /mnt " + i)
                    .append(" && umount /mnt && mount -o ro " + device + " /mnt")
                    .append(" && python3 /tools/work.py /mnt check && umount /mnt || exit 1\n");
        }
        Umlaut.Result result = guest(script.toString(), images);
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("ok\n".repeat(2 * kinds.size()));
        for (int i = 0; i < kinds.size(); i++) {
            requireClean(Path.of(images.get(i)), kinds.get(i));
        }
    }

    @Test
    void fullDisksStayWhole() throws IOException {
        Path blocks = image("blocks", "-t ext4 -b 4096");
        Path inodes = image("inodes", "-t ext4 -b 4096 -N 64");
        Umlaut.Result result = guest(
                "mount /dev/ubda /mnt; cat /dev/zero >/mnt/a 2>/dev/null; mkdir /mnt/d; echo x >/mnt/d/x; rm /mnt/a;"
                        + " head -c 1000000 /dev/zero >/mnt/b && echo again; umount /mnt; mount /dev/ubdb /mnt;"
                        + " i=0; while echo x >/mnt/f$i; do i=$((i+1)); done 2>/dev/null; ln /mnt/f0 /mnt/l && echo linked;"
                        + " rm /mnt/f1; echo x >/mnt/y && echo again",
                List.of(blocks.toString(), inodes.toString()));
        assertThat(result.out()).isEqualTo("again\nlinked\nagain\n");
        requireClean(blocks, "no blocks left");
        requireClean(inodes, "no inodes left");
    }

    /** A guest killed while it works: what it had synced is there, by our recovery and by e2fsck's. */
    @Test
    void whatWasSyncedOutlivesAKill() throws Exception {
        Path image = image("killed", "-t ext4 -b 4096");
        String script =
                "mount /dev/ubda /mnt && cd /mnt && for i in 1 2 3 4 5 6 7 8; do mkdir d$i; seq $((i*5000)) >d$i/f;"
                        + " mv d$i/f d$i/g; sync d$i/g; echo $i; done; while :; do echo x >y; mv y z; rm z; done";
        Process guest = new ProcessBuilder(
                        Umlaut.ROOT.resolve("umlaut").toString(),
                        "run",
                        "--disk",
                        image.toString(),
                        "--",
                        "sh",
                        "-c",
                        script)
                .redirectErrorStream(true)
                .start();
        try (var lines = guest.inputReader()) {
            for (int i = 1; i <= 8; i++) {
                assertThat(lines.readLine()).isEqualTo("" + i);
            }
        } finally {
            guest.destroyForcibly();
            assertThat(guest.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
        Path theirs = Files.copy(image, dir.resolve("theirs"), StandardCopyOption.REPLACE_EXISTING);
        host("e2fsck -fy " + theirs);
        requireClean(theirs, "recovered by e2fsck");
        Umlaut.Result result = guest(
                "mkdir /tmp/t; mount /dev/ubda /mnt && mount -o ro /dev/ubdb /tmp/t && for i in 1 2 3 4 5 6 7 8; do"
                        + " seq $((i*5000)) | cmp - /mnt/d$i/g && cmp /mnt/d$i/g /tmp/t/d$i/g || exit 1; done; echo whole",
                List.of(image.toString(), theirs.toString()));
        assertThat(result.out()).as(result.err()).isEqualTo("whole\n");
        requireClean(image, "recovered by us");
    }

    /** Guests killed while they make, write, map, link, rename, cut and remove files; crash.py, for more rounds than these, says what is asked. */
    @Test
    void crashesLeaveWhatWasDone() {
        Umlaut.Result tools = host("command -v gcc && command -v debugfs && command -v flock");
        assumeTrue(tools.status() == 0, "needs gcc, debugfs and flock on the host");
        String program = dir + "/tools/crash";
        Umlaut.Result made = host("mkdir " + dir + "/tools && gcc -O1 -o " + program + " " + WORK + "/crash.c");
        assertThat(made.err()).isEmpty();
        Umlaut.Result result = host("TMPDIR=" + dir + " python3 " + WORK + "/crash.py " + program + " 3 100");
        assertThat(result.status()).as(result.out() + result.err()).isZero();
    }

    /** Flipped bits all over the metadata: errors, maybe a file system that becomes read-only, never an oops. */
    @Test
    void damageIsAnErrorAndNoMore() throws IOException {
        Random random = new Random(3);
        List<String> disks = new ArrayList<>();
        StringBuilder script = new StringBuilder();
        for (int i = 0; i < 12; i++) {
            Path image = image(
                    "damaged" + i,
                    "-t ext4 -b 1024 -g 2048 -e remount-ro -O " + (i % 2 == 0 ? "" : "^") + "metadata_csum");
            Umlaut.Result filled = host("debugfs -w -f /dev/stdin " + image + " >/dev/null 2>&1 <<E\nmkdir a\nwrite "
                    + WORK.resolve("work.py") + " a/f\nsymlink s a/f\nE");
            assertThat(filled.status()).isZero();
            try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
                for (int flips = 0; flips < 40; flips++) {
                    long at = random.nextInt(600 << 10);
                    f.seek(at);
                    int old = f.read();
                    f.seek(at);
                    f.write(old ^ 1 << random.nextInt(8));
                }
            }
            disks.add(image.toString());
            script.append("if mount /dev/ubd" + (char) ('a' + i)
                    + " /mnt; then find /mnt | xargs cat; echo x >/mnt/n; mkdir /mnt/m;"
                    + " rm -rf /mnt/a; df /mnt; umount /mnt; fi; ");
        }
        Umlaut.Result result =
                guest("exec 3>&1 >/dev/null 2>&1; " + script + " exec >&3; dmesg | grep -c -i oops; echo end", disks);
        assertThat(result.out()).isEqualTo("0\nend\n");
        assertThat(result.err()).doesNotContain("oops").doesNotContain("Exception");
    }

    @Test
    void changesGoToACopyOnWriteFile() throws IOException {
        Path image = image("base", "-t ext4 -b 4096");
        byte[] before = Files.readAllBytes(image);
        Path cow = dir.resolve("cow");
        String disk = image + ",cow=" + cow;
        assertThat(guest("mount /dev/ubda /mnt && python3 /tools/work.py /mnt 5 && umount /mnt", List.of(disk))
                        .out())
                .isEqualTo("ok\n");
        assertThat(guest("mount /dev/ubda /mnt && python3 /tools/work.py /mnt check", List.of(cow.toString()))
                        .out())
                .isEqualTo("ok\n");
        assertThat(Files.readAllBytes(image)).isEqualTo(before);
    }

    /** A copy-on-write file that uml_mkcow makes can be used, and uml_moo finds in it, and in one made here, what the guest saw. */
    @Test
    void umlsToolsAgree() throws IOException {
        boolean tools = host("command -v uml_mkcow && command -v uml_moo").status() == 0;
        assumeTrue(tools, "needs uml_mkcow and uml_moo on the host: package uml-utilities");
        Path image = image("backing", "-t ext4 -b 4096");
        String theirs = dir + "/theirs.cow";
        assertThat(host("uml_mkcow " + theirs + " " + image).status()).isZero();
        for (String disk : List.of(theirs, image + ",cow=" + dir + "/ours.cow")) {
            String cow = disk.substring(disk.lastIndexOf('=') + 1);
            Umlaut.Result guest = guest(
                    "mount /dev/ubda /mnt && python3 /tools/work.py /mnt 6 >/dev/null && umount /mnt; sha1sum </dev/ubda",
                    List.of(disk));
            String merged = dir + "/merged";
            Umlaut.Result moo = host("rm -f " + merged + "; uml_moo " + cow + " " + merged + " && sha1sum <" + merged);
            assertThat(moo.out()).as(guest.err() + moo.err()).isEqualTo(guest.out());
            requireClean(Path.of(merged), cow);
        }
    }

    /** filefrag(8), chattr(1) and lsattr(1) in a guest. */
    @Test
    void placesAndFlagsAreTold() throws IOException {
        Path image = image("places", "-t ext4 -b 4096");
        String script = "PATH=$PATH:/sbin:/usr/sbin; mount /dev/ubda /mnt; cd /mnt; printf x >f; printf x |"
                + " dd of=f bs=4096 seek=9 conv=notrunc status=none; filefrag -v f | grep -c '^ *[0-9]*:'; fallocate -c -o 4096 -l 16384 f;"
                + " stat -c %s f; chattr +iA f; lsattr f; rm f || chattr -i f; rm f; ls";
        Umlaut.Result result = guest(script, List.of(image.toString()));
        assertThat(result.out()).isEqualTo("2\n20481\n----i--A------e------- f\nlost+found\n");
        requireClean(image, "flags");
    }

    /** A loop device over a file on tmpfs and one over a file on a disk; what is on it can be executed. */
    @Test
    void filesAreDisksByLoopDevices() throws IOException {
        Path image = image("outer", "-t ext4 -b 4096");
        String script =
                "set -e; PATH=$PATH:/sbin:/usr/sbin; mount /dev/ubda /mnt; for d in /tmp /mnt; do truncate -s 8M $d/l;"
                        + " mke2fs -q -F -t ext4 -b 1024 $d/l; mkdir /tmp/in; mount -o loop $d/l /tmp/in; cp /bin/echo /tmp/in;"
                        + " /tmp/in/echo run; losetup -a | wc -l; umount /tmp/in; rmdir /tmp/in; losetup -a; e2fsck -fn $d/l >/dev/null 2>&1;"
                        + " done; L=$(losetup -f --show /mnt/l); blockdev --getsize64 $L; losetup -d $L; umount /mnt";
        Umlaut.Result result = guest(script, List.of(image.toString()));
        assertThat(result.out()).as(result.err()).isEqualTo("run\n1\nrun\n1\n8388608\n");
        requireClean(image, "with a disk on it");
    }

    /** The answers were a Linux 6.18's. */
    @Test
    void loopDevicesAnswerAsOnLinux() {
        Umlaut.Result result = guest("python3 /tools/loop.py", List.of());
        assertThat(result.out()).as(result.err()).isEqualTo("""
                free: No such device or address No such device or address No such device or address
                bound: 0 Device or resource busy
                set: True 2040 4096
                get: b'image\\x00' 4096 True
                key size: <class 'str'>
                encrypted: <class 'str'>
                block sizes: [0, 0, 0, 0, 'Invalid argument', 'Invalid argument', 'Invalid argument'] 512
                direct: 0 1 0 0
                change: Invalid argument
                grown: 0 4088
                counted: True True
                clear: 0 No such device or address
                read-only: True 1 Invalid argument Invalid argument
                changed: 0 /tmp/image
                clear: 0
                odd size: Invalid argument
                odd flags: Invalid argument
                """);
    }

    /** Copied up, deleted, replaced, moved: what the upper layer has for it (whiteouts, marks) is on the disk, and understood by the next mount. */
    @Test
    void anOverlayLiesOnADisk() throws IOException {
        List<String> disk = List.of(image("overlay", "-t ext4").toString());
        String mount = "mount /dev/ubda /mnt && cd /mnt && "
                + "mount -t overlay -o lowerdir=low,upperdir=up,workdir=work none all && ";
        Umlaut.Result first = guest(
                "mount /dev/ubda /mnt && cd /mnt && mkdir -p low/dir/in low/gone/x up work all && echo low >low/file && "
                        + "echo x >low/dir/a && cd / && umount /mnt; "
                        + mount
                        + "echo up >>all/file && rm all/dir/a && rm -r all/gone && mkdir all/gone && mv all/dir all/moved && "
                        + "ln all/file all/twin && cat all/file && echo $(ls all all/moved) && "
                        + "stat -c '%t %T %F' up/dir up/moved/a && cat low/file",
                disk);
        String whiteout = "0 0 character special file\n";
        assertThat(first.out())
                .as(first.err())
                .isEqualTo("low\nup\nall: file gone moved twin all/moved: in\n" + whiteout + whiteout + "low\n");
        requireClean(Path.of(disk.getFirst()), "after the overlay");
        Umlaut.Result again =
                guest(mount + "cat all/twin && echo $(ls all/gone all/moved) $(find up -type c | sort)", disk);
        assertThat(again.out()).as(again.err()).isEqualTo("low\nup\nall/gone: all/moved: in up/dir up/moved/a\n");
        requireClean(Path.of(disk.getFirst()), "after the next one");
    }

    @Test
    void whatCannotBeADiskIsSaidInALine() {
        Umlaut.Result result = guest("true", List.of("/no/such/image"));
        assertThat(result.status()).isEqualTo(125);
        assertThat(result.err()).isEqualTo("umlaut: disk image '/no/such/image': No such file or directory\n");
    }
}
