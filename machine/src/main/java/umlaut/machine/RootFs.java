package umlaut.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.abi.MountFlags;
import umlaut.fs.hostfs.HostFs;
import umlaut.fs.hostfs.HostOptions;
import umlaut.fs.overlay.OverlayFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.SuperBlock;

/**
 * Builds a machine's tree of mounts: the image under a writable layer in memory, with the files that make the guest somebody, then the
 * kernel's own file systems, then what the configuration asks for.
 */
final class RootFs {
    private static final String SUDOERS = """
            Defaults env_reset
            Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
            root ALL=(ALL:ALL) ALL
            %sudo ALL=(ALL:ALL) ALL
            @includedir /etc/sudoers.d
            """;

    private static final int NOSUID = MountFlags.MS_NOSUID, NODEV = MountFlags.MS_NODEV, NOEXEC = MountFlags.MS_NOEXEC;

    private final Kernel kernel;
    private final MachineConfig config;
    private final Disks disks;
    private GuestUsers users = new GuestUsers();

    RootFs(Kernel kernel, MachineConfig config, Disks disks) {
        this.kernel = kernel;
        this.config = config;
        this.disks = disks;
    }

    /** @return the guest's users */
    GuestUsers mountAll() {
        if (config.root() != null) {
            users = new DiskRoot(kernel, config, disks).mount();
        } else {
            mountRoot();
        }
        LookupContext boot = LookupContext.kernel(kernel.vfs.namespace());
        if (config.boot()) {
            // All else is up to its init.
            mount(boot, "devtmpfs", "/dev", "devtmpfs", NOSUID, "mode=755");
            config.volumes().forEach(volume -> mountVolume(boot, volume));
            return users;
        }
        mount(boot, "proc", "/proc", "proc", NOSUID | NODEV | NOEXEC, "");
        mount(boot, "sysfs", "/sys", "sysfs", NOSUID | NODEV | NOEXEC, "");
        mount(boot, "devtmpfs", "/dev", "devtmpfs", NOSUID, "mode=755");
        mount(boot, "devpts", "/dev/pts", "devpts", NOSUID | NOEXEC, "gid=5,mode=620,ptmxmode=666");
        mount(boot, "tmpfs", "/dev/shm", "tmpfs", NOSUID | NODEV, "mode=1777");
        mount(boot, "mqueue", "/dev/mqueue", "mqueue", NOSUID | NODEV | NOEXEC, "");
        if (config.root() == null) {
            mount(boot, "tmpfs", "/run", "tmpfs", NOSUID | NODEV, "mode=755");
            mount(boot, "tmpfs", "/tmp", "tmpfs", NOSUID | NODEV, "mode=1777");
        }
        for (MachineConfig.Volume volume : config.volumes()) {
            mountVolume(boot, volume);
        }
        config.tmpfs().forEach((path, options) -> {
            MountPoint.make(kernel.vfs, boot, path, false);
            mount(boot, "tmpfs", path, "tmpfs", NOSUID | NODEV, options);
        });
        if (config.readOnly()) {
            SuperBlock root = kernel.vfs.namespace().rootPath().mount().superBlock;
            if (config.root() != null) {
                root.remount("", true);
            } else {
                root.setReadOnly(true);
            }
        }
        return users;
    }

    private void mount(LookupContext boot, String source, String target, String type, int flags, String options) {
        try {
            MountPoint.make(kernel.vfs, boot, target, false);
            kernel.vfs.mount(boot, source, target, type, flags, options);
        } catch (ErrnoException e) {
            throw new MachineException(
                    "cannot mount " + type + " on " + target + ": " + e.errno().name());
        }
    }

    private void mountRoot() {
        SuperBlock upper =
                kernel.vfs.type("tmpfs").mount(kernel, "tmpfs", "mode=755", kernel.vfs.anonymousDevice(), false);
        populate(new RootTree(upper.root()));
        SuperBlock lower = HostFs.open("/", kernel.vfs.anonymousDevice(), HostImage.options());
        OverlayFs root = new OverlayFs(
                kernel.vfs.anonymousDevice(), upper.root(), List.of(lower.root()), ",lowerdir=host,upperdir=memory");
        kernel.vfs.mountRoot(root, "host", MountFlags.MS_RELATIME);
    }

    private void mountVolume(LookupContext boot, MachineConfig.Volume volume) {
        SuperBlock fs;
        try {
            fs = HostFs.open(
                    volume.source().toString(),
                    kernel.vfs.anonymousDevice(),
                    HostOptions.volume(volume.source().toString(), volume.readOnly()));
        } catch (ErrnoException e) {
            throw new MachineException("cannot show '" + volume.source() + "' in the guest: "
                    + e.errno().name());
        }
        MountPoint.make(kernel.vfs, boot, volume.target(), !Mode.isDir(fs.root().mode));
        int flags = volume.readOnly() ? MountFlags.MS_RDONLY : 0;
        kernel.vfs.mount(boot, fs, volume.source().toString(), volume.target(), flags);
    }

    /** What the image does not have: the file hierarchy around it (hier(7)) and the guest's identity. */
    private void populate(RootTree tree) {
        for (String name : List.of("boot", "dev", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys")) {
            tree.directory(name, 0755);
        }
        tree.directory("root", 0700);
        tree.directory("tmp", 01777);
        tree.directory("var/tmp", 01777);
        for (String name : List.of(
                "backups",
                "cache/apt/archives/partial",
                "cache/debconf",
                "lib/logrotate",
                "lib/misc",
                "log/apt",
                "mail",
                "opt",
                "spool/cron")) {
            tree.directory("var/" + name, 0755);
        }
        tree.directory("var/spool/cron/crontabs", 01730).gid = groupOf("/var/spool/cron/crontabs");
        tree.symlink("var/spool/mail", "../mail");
        // Who was logged in: empty, but there, as utmp(5) asks of the administrator.
        tree.file("var/log/wtmp", 0664, "");
        tree.file("var/log/btmp", 0660, "");
        tree.file("var/log/lastlog", 0664, "");
        tree.directory("var/local", 02775);
        tree.symlink("var/run", "/run");
        tree.symlink("var/lock", "/run/lock");
        for (String name : HostImage.PROGRAMS) {
            // On hosts with merged /usr these are links, which the image shows as they are.
            if (Files.isSymbolicLink(Path.of("/" + name))
                    && !Files.exists(Path.of("/" + name), LinkOption.NOFOLLOW_LINKS)) {
                tree.symlink(name, "usr/" + name);
            }
        }
        identity(tree);
        homeFiles(tree);
    }

    /** A directory that set-group-id programs write to belongs to their group, by its number on the host. */
    private static int groupOf(String path) {
        try {
            return (int) Files.getAttribute(Path.of(path), "unix:gid");
        } catch (IOException e) {
            return 0; // this host has none
        }
    }

    private void identity(RootTree tree) {
        String host = config.hostname();
        tree.file("etc/passwd", 0644, users.passwd());
        tree.file("etc/group", 0644, users.group());
        tree.file("etc/shadow", 0640, users.shadow());
        tree.file("etc/gshadow", 0640, users.gshadow());
        tree.file("etc/subuid", 0644, "");
        tree.file("etc/subgid", 0644, "");
        tree.file("etc/hostname", 0644, host + "\n");
        tree.file(
                "etc/hosts",
                0644,
                "127.0.0.1\tlocalhost\n127.0.1.1\t" + host + "\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        tree.file("etc/host.conf", 0644, "multi on\n");
        tree.file("etc/resolv.conf", 0644, GuestNetwork.resolvConf(config.network()));
        tree.file("etc/fstab", 0644, "# This guest's file systems are mounted by the machine.\n");
        tree.file("etc/machine-id", 0444, UUID.randomUUID().toString().replace("-", "") + "\n");
        if (Files.exists(Path.of("/etc/sudoers"))) {
            // The host's own says who is trusted there; nobody else may read it.
            tree.file("etc/sudoers", 0440, SUDOERS);
            tree.directory("etc/sudoers.d", 0750);
        }
        tree.symlink("etc/mtab", "../proc/self/mounts");
        tree.file("etc/adjtime", 0644, "0.0 0 0.0\n0\nUTC\n");
    }

    /** Root's home starts as any new user's: from the host's /etc/skel (useradd(8)). */
    private static void homeFiles(RootTree tree) {
        for (String name : List.of(".bashrc", ".profile")) {
            try {
                tree.file("root/" + name, 0644, Files.readString(Path.of("/etc/skel", name)));
            } catch (IOException e) {
                continue; // this host has none
            }
        }
    }
}
