package umlaut.machine;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import umlaut.fs.hostfs.HostOptions;
import umlaut.fs.hostfs.TreeView;

/**
 * The image {@code host}: which of the host's own files a guest sees, read-only (docs/design.md, section 5). Programs and their data are
 * shown, and the settings they need; what makes the host somebody (its users, name, keys, network) is not, nor anything that people put
 * there: home directories, /root, /tmp, /run, /srv, /var but the package databases. hostfs further hides what is not world-readable,
 * whoever runs us, and other file systems mounted inside.
 */
final class HostImage {
    /** Top-level directories with programs; links on merged-/usr hosts. */
    static final List<String> PROGRAMS = List.of("bin", "sbin", "lib", "lib32", "lib64", "libx32");

    private static final List<String> SHOWN = List.of(
            "usr",
            "etc",
            "var/lib/dpkg",
            "var/lib/apt",
            "var/lib/rpm",
            "var/lib/pacman",
            "var/lib/apk",
            "lib/apk",
            "var/lib/ucf",
            "var/lib/vim",
            "var/lib/python",
            "var/lib/gems",
            "var/lib/texmf",
            "var/lib/ghc",
            "var/lib/emacsen-common",
            "var/lib/xml-core",
            "var/lib/sgml-base",
            "var/cache/fontconfig",
            "var/cache/man");

    /** Below /etc: identity, machine settings and keys; made anew for the guest or left out. */
    private static final List<String> HIDDEN = List.of(
            "passwd",
            "passwd-",
            "group",
            "group-",
            "shadow",
            "shadow-",
            "gshadow",
            "gshadow-",
            "subuid",
            "subuid-",
            "subgid",
            "subgid-",
            "hostname",
            "hosts",
            "host.conf",
            "resolv.conf",
            "fstab",
            "mtab",
            "machine-id",
            "crypttab",
            "adjtime",
            "mailname",
            "ld.so.preload",
            "ssh/ssh_host_rsa_key",
            "ssh/ssh_host_rsa_key.pub",
            "ssh/ssh_host_ecdsa_key",
            "ssh/ssh_host_ecdsa_key.pub",
            "ssh/ssh_host_ed25519_key",
            "ssh/ssh_host_ed25519_key.pub",
            "ssh/ssh_host_dsa_key",
            "ssh/ssh_host_dsa_key.pub",
            "ssl/private",
            "NetworkManager",
            "netplan",
            "network/interfaces",
            "systemd/network",
            "wpa_supplicant",
            "wireguard",
            "openvpn",
            "ipsec.d",
            "letsencrypt",
            "kubernetes",
            "cni",
            "docker",
            "containerd",
            "iscsi",
            "multipath",
            "lvm",
            "mdadm",
            "cloud",
            "krb5.keytab",
            "exports",
            "sudoers",
            "sudoers.d",
            "hostid",
            "motd",
            "cron.d",
            "crontab",
            "udev/hwdb.bin",
            "lsb-release-crash",
            "security/opasswd",
            "credstore",
            "credstore.encrypted");

    private HostImage() {}

    static HostOptions options() {
        TreeView view = new TreeView();
        for (String path : SHOWN) {
            view.show(path);
        }
        for (String directory : PROGRAMS) {
            if (Files.exists(Path.of("/" + directory), LinkOption.NOFOLLOW_LINKS)) {
                view.show(directory);
            }
        }
        for (String path : HIDDEN) {
            view.hide("etc/" + path);
        }
        // Names groups that the guest does not have, which dpkg would stop at.
        view.hide("var/lib/dpkg/statoverride");
        return HostOptions.image("/", view);
    }
}
