package umlaut.oci;

import java.io.BufferedReader;
import java.io.File;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import umlaut.block.ImageException;

/**
 * {@code umlaut image build debian}: runs mmdebstrap(1) as root of a guest made of this host's /usr, which needs no rights on the host, and makes an image of the archive it writes. Packages come from
 * where the host's apt gets those of the same release, and through the same proxies.
 */
public final class DebianBuild {
    /** What a system needs that is booted, besides what Debian calls essential and apt. */
    private static final String PACKAGES =
            "sysvinit-core,sysv-rc,initscripts,login,passwd,inetutils-syslogd,cron,openssh-server,"
                    + "ifupdown,iproute2,iputils-ping,procps,netbase,e2fsprogs,less,vim-tiny";

    /** $1: the release, or empty; $2: packages; $3: the host name. Standard output is the archive. */
    private static final String SCRIPT = """
            set -e
            export DEBIAN_FRONTEND=noninteractive LC_ALL=C
            suite=$1
            [ "$suite" ] || suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
            if ! command -v mmdebstrap >/dev/null; then
                echo "I: getting mmdebstrap" >&2
                { apt-get -q -q update && apt-get -q -q -y --no-install-recommends install mmdebstrap; } >/dev/null
            fi
            # Where apt gets this release from: files of one-line entries and of stanzas that name it.
            set -- "$suite" "$2" "$3"
            sources=
            for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
                [ -f "$file" ] && sed 's/\\[[^]]*\\]//' "$file" | grep -qE "^deb +[^ ]+ +$suite " && sources="$sources $file"
            done
            for file in /etc/apt/sources.list.d/*.sources; do
                [ -f "$file" ] && grep -qE "^Suites:(.* )?$suite( |\\$)" "$file" && sources="$sources $file"
            done
            apt-config dump | grep -E '^Acquire::(http|https|ftp)::.*[Pp]roxy' >/tmp/proxies || :
            # shellcheck disable=SC2086
            mmdebstrap --variant=apt --include="$2" --aptopt=/tmp/proxies \\
                --customize-hook='chroot "$1" passwd -d root' \\
                --customize-hook="echo '$3' >\\"\\$1/etc/hostname\\"" \\
                --customize-hook="printf '127.0.0.1\\\\tlocalhost\\\\n127.0.1.1\\\\t%s\\\\n::1\\\\tlocalhost ip6-localhost\\\\n' '$3' >\\"\\$1/etc/hosts\\"" \\
                --customize-hook='echo "/dev/ubda / ext4 errors=remount-ro 0 1" >"$1/etc/fstab"' \\
                --customize-hook='printf "auto lo\\niface lo inet loopback\\n" >"$1/etc/network/interfaces"' \\
                --customize-hook='rm -f "$1/etc/resolv.conf"; ln -sf ../proc/self/mounts "$1/etc/mtab"' \\
                "$suite" - $sources
            """;

    private static final int KEPT_LINES = 5;

    private final String suite;
    private final List<String> include;
    private final Progress progress;
    private final List<String> lastLines = new ArrayList<>();

    /**
     * @param suite empty: the host's own release
     * @param include more packages
     */
    public DebianBuild(String suite, List<String> include, Progress progress) {
        this.suite = suite;
        this.include = List.copyOf(include);
        this.progress = progress;
        for (String word : include) {
            if (!word.matches("[a-z0-9][a-z0-9+.,-]*")) {
                throw new ImageException("--include: '" + word + "' is no list of packages");
            }
        }
        if (!suite.matches("[a-z0-9.-]*")) {
            throw new ImageException("--suite: '" + suite + "' is no release of Debian");
        }
    }

    /** @return the image's name */
    public String run(Importer importer, String name) {
        ImageStore.checkName(name);
        String host = name.replaceAll("[^a-zA-Z0-9-]", "-").replaceAll("^-+|-+$", "");
        List<String> packages = new ArrayList<>(List.of(PACKAGES));
        packages.addAll(include);
        Process guest;
        try {
            List<String> command = ownCommand();
            command.addAll(List.of("run", "--", "sh", "-c", SCRIPT, "build", suite, String.join(",", packages), host));
            guest = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .start();
        } catch (IOException e) {
            throw new ImageException("cannot start a guest: " + Failure.reason(e));
        }
        Thread reader = Thread.ofPlatform().daemon().name("messages").start(() -> follow(guest));
        try (InputStream archive = new Checked(guest, reader)) {
            return importer.run(archive, "what mmdebstrap made", name);
        } catch (IOException e) {
            throw new ImageException("cannot build '" + name + "': " + Failure.reason(e));
        } finally {
            guest.destroy();
            progress.done();
        }
    }

    /** How this program was started, without its arguments. */
    private static List<String> ownCommand() throws IOException {
        String all = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.ISO_8859_1);
        List<String> words = new ArrayList<>(List.of(all.split("\0")));
        int main = words.lastIndexOf("umlaut.cli.Main");
        return new ArrayList<>(words.subList(0, main + 1));
    }

    /** mmdebstrap says what it does in lines that begin with "I: ". */
    private void follow(Process guest) {
        try (BufferedReader lines = guest.errorReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith("I: ")) {
                    progress.step(line.substring(3), 0);
                    progress.at(0);
                } else if (!line.isBlank()) {
                    synchronized (lastLines) {
                        lastLines.add(line);
                        if (lastLines.size() > KEPT_LINES) {
                            lastLines.removeFirst();
                        }
                    }
                }
            }
        } catch (IOException e) {
            return; // the guest has ended
        }
    }

    /** An archive that is only at its end when its writer has ended well. */
    private final class Checked extends FilterInputStream {
        private final Process guest;
        private final Thread reader;

        Checked(Process guest, Thread reader) {
            super(guest.getInputStream());
            this.guest = guest;
            this.reader = reader;
        }

        @Override
        public int read() throws IOException {
            return ended(in.read());
        }

        @Override
        public int read(byte[] to, int start, int length) throws IOException {
            return ended(in.read(to, start, length));
        }

        private int ended(int n) throws IOException {
            if (n < 0) {
                try {
                    if (guest.waitFor() != 0) {
                        reader.join();
                        throw new IOException("the guest failed: " + lastWords());
                    }
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return n;
        }

        private String lastWords() {
            synchronized (lastLines) {
                return lastLines.isEmpty() ? "it said nothing" : String.join(" / ", lastLines);
            }
        }
    }
}
