package umlaut.machine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.host.Layouts;
import umlaut.kernel.Kernel;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.LookupContext;

/** A root file system on a disk of the guest's own, and what makes the guest somebody in it: as with container engines these are /etc/hostname, hosts and resolv.conf. */
final class DiskRoot {
    private static final String RESOLV_CONF = "/etc/resolv.conf";

    private final Kernel kernel;
    private final MachineConfig config;
    private final Disks disks;

    DiskRoot(Kernel kernel, MachineConfig config, Disks disks) {
        this.kernel = kernel;
        this.config = config;
        this.disks = disks;
    }

    /** @return the users of the system there */
    GuestUsers mount() {
        disks.mountRoot(config.image());
        LookupContext boot = LookupContext.kernel(kernel.vfs.namespace());
        String resolvConf = GuestNetwork.resolvConf(config.network());
        if (!config.boot()) {
            String host = config.hostname();
            write(boot, "/etc/hostname", host + "\n");
            write(
                    boot,
                    "/etc/hosts",
                    "127.0.0.1\tlocalhost\n127.0.1.1\t" + host + "\n::1\tlocalhost ip6-localhost ip6-loopback\n");
            write(boot, RESOLV_CONF, resolvConf);
        } else {
            if (SmallFile.read(kernel, boot, RESOLV_CONF).isEmpty()) {
                write(boot, RESOLV_CONF, resolvConf);
            }
            for (String mountPoint : List.of("/dev", "/proc", "/sys")) {
                MountPoint.make(kernel.vfs, boot, mountPoint, false);
            }
            // Its init checks and then mounts it for writing, as on any computer.
            kernel.vfs.namespace().rootPath().mount().superBlock.remount("", true);
        }
        return GuestUsers.of(kernel, boot);
    }

    /** In place of what is there, also of a link to somewhere else. */
    @SuppressWarnings("NullAway") // no task yet: files do not ask for one
    private void write(LookupContext boot, String path, String text) {
        try {
            MountPoint.make(kernel.vfs, boot, "/etc", false);
            removeLink(boot, path);
            File file = kernel.vfs.open(boot, path, OpenFlags.O_CREAT | OpenFlags.O_TRUNC | OpenFlags.O_WRONLY, 0644);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment data = arena.allocateFrom(Layouts.BYTE, bytes);
                if (bytes.length > 0) {
                    file.write(null, new IovIter().kernel(data, 0, bytes.length), 0);
                }
            } finally {
                file.release();
            }
        } catch (ErrnoException e) {
            throw new MachineException(
                    "cannot write " + path + " in the guest: " + e.errno().message());
        }
    }

    private void removeLink(LookupContext boot, String path) {
        try {
            if (kernel.vfs
                    .lookup(boot, path, AtFlags.AT_SYMLINK_NOFOLLOW)
                    .inode()
                    .isSymlink()) {
                kernel.vfs.unlink(boot, path);
            }
        } catch (ErrnoException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
