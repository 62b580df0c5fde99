package umlaut.kernel.vfs;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Capability;
import umlaut.abi.Errno;
import umlaut.abi.Le;
import umlaut.abi.Limits;
import umlaut.abi.MntIdReq;
import umlaut.abi.MountFlags;
import umlaut.kernel.task.Task;

/** statmount(2), listmount(2) (Linux: fs/namespace.c do_statmount, do_listmount). */
final class MountQueries {
    private static final long LSMT_ROOT = -1;
    private static final int LISTMOUNT_REVERSE = 1;
    private static final int MOST = 1_000_000;
    private static final int HEAD = 512;
    private static final int SUPPORTED = MountFlags.STATMOUNT_SB_BASIC
            | MountFlags.STATMOUNT_MNT_BASIC
            | MountFlags.STATMOUNT_PROPAGATE_FROM
            | MountFlags.STATMOUNT_MNT_ROOT
            | MountFlags.STATMOUNT_MNT_POINT
            | MountFlags.STATMOUNT_FS_TYPE
            | MountFlags.STATMOUNT_MNT_NS_ID
            | MountFlags.STATMOUNT_MNT_OPTS
            | MountFlags.STATMOUNT_FS_SUBTYPE
            | MountFlags.STATMOUNT_SB_SOURCE
            | MountFlags.STATMOUNT_OPT_ARRAY
            | MountFlags.STATMOUNT_OPT_SEC_ARRAY
            | MountFlags.STATMOUNT_SUPPORTED_MASK;

    private MountQueries() {}

    /** What the caller asks: struct mnt_id_req. */
    private record Request(long id, long parameter, MountNamespace namespace) {}

    private static Request read(Task task, long address) {
        int size = task.memory.getInt(address);
        if (size < MntIdReq.SIZE_VER0 || size > Limits.PAGE_SIZE) {
            throw (size < MntIdReq.SIZE_VER0 ? Errno.EINVAL : Errno.E2BIG).exception();
        }
        MemorySegment raw = task.memory.struct(address, size);
        for (long i = MntIdReq.SIZE; i < size; i++) {
            if (Le.getByte(raw, i) != 0) {
                throw Errno.E2BIG.exception();
            }
        }
        long id = Le.getLong(raw, MntIdReq.MNT_ID);
        if (Le.getInt(raw, MntIdReq.SPARE) != 0 || id != LSMT_ROOT && id <= Integer.MAX_VALUE) {
            throw Errno.EINVAL.exception();
        }
        long namespace = size < MntIdReq.SIZE ? 0 : Le.getLong(raw, MntIdReq.MNT_NS_ID);
        return new Request(id, Le.getLong(raw, MntIdReq.PARAM), namespace(task, namespace));
    }

    /** Another namespace must be the caller's to rule. */
    private static MountNamespace namespace(Task task, long id) {
        MountNamespace own = task.fs().namespace();
        if (id == 0 || id == own.ino()) {
            return own;
        }
        for (Mount m : task.kernel.vfs.mounts().all()) {
            MountNamespace ns = m.namespace();
            if (ns != null && ns.ino() == id) {
                if (!task.credentials().capableIn(ns.owner(), Capability.CAP_SYS_ADMIN)) {
                    throw Errno.ENOENT.exception();
                }
                return ns;
            }
        }
        throw Errno.ENOENT.exception();
    }

    private static @Nullable Mount find(MountNamespace ns, long uniqueId) {
        for (Mount m : ns.mounts()) {
            if (m.uniqueId == uniqueId) {
                return m;
            }
        }
        return null;
    }

    private static Path root(Task task, MountNamespace ns) {
        return ns == task.fs().namespace() ? task.fs().root() : ns.rootPath();
    }

    private static void requireReachable(Task task, MountNamespace ns, Path place) {
        if (!place.reachableFrom(root(task, ns))
                && !task.credentials().capableIn(ns.owner(), Capability.CAP_SYS_ADMIN)) {
            throw Errno.EPERM.exception();
        }
    }

    // --- listmount ---

    static long listmount(Task task, long request, long ids, long count, int flags) {
        if ((flags & ~LISTMOUNT_REVERSE) != 0) {
            return Errno.EINVAL.negative();
        }
        if (Long.compareUnsigned(count, MOST) > 0) {
            return Errno.EOVERFLOW.negative();
        }
        Request asked = read(task, request);
        Path root = root(task, asked.namespace);
        Mount above = asked.id == LSMT_ROOT ? root.mount() : find(asked.namespace, asked.id);
        if (above == null) {
            return Errno.ENOENT.negative();
        }
        Path from = asked.id == LSMT_ROOT ? root : above.rootPath();
        requireReachable(task, asked.namespace, from);
        boolean backwards = (flags & LISTMOUNT_REVERSE) != 0;
        List<Mount> all = new ArrayList<>(asked.namespace.mounts());
        if (backwards) {
            java.util.Collections.reverse(all);
        }
        int n = 0;
        for (Mount m : all) {
            boolean past =
                    asked.parameter == 0 || (backwards ? m.uniqueId < asked.parameter : m.uniqueId > asked.parameter);
            if (n < count && past && m.uniqueId != asked.id && m.rootPath().reachableFrom(from)) {
                task.memory.putLong(ids + 8L * n++, m.uniqueId);
            }
        }
        return n;
    }

    // --- statmount ---

    static long statmount(Task task, long request, long buffer, long size, int flags) {
        if (flags != 0) {
            return Errno.EINVAL.negative();
        }
        Request asked = read(task, request);
        Mount mount = find(asked.namespace, asked.id);
        if (mount == null) {
            return Errno.ENOENT.negative();
        }
        requireReachable(task, asked.namespace, mount.rootPath());
        MemorySegment out = task.memory.build(HEAD);
        long given = fill(out, task, mount, asked);
        ByteArrayOutputStream strings = new ByteArrayOutputStream();
        given |= strings(out, strings, root(task, asked.namespace), mount, asked.parameter);
        Le.putLong(out, 8, given);
        int whole = HEAD + strings.size();
        Le.putInt(out, 0, whole);
        if (strings.size() > 0 && Long.compareUnsigned(size, whole) < 0) {
            return Errno.EOVERFLOW.negative();
        }
        task.memory.write(buffer, out, 0, Math.min(size, HEAD));
        if (strings.size() > 0) {
            task.memory.putBytes(buffer + HEAD, strings.toByteArray());
        }
        return 0;
    }

    private static long fill(MemorySegment out, Task task, Mount mount, Request asked) {
        long mask = asked.parameter;
        long given = mask
                & (MountFlags.STATMOUNT_SB_BASIC
                        | MountFlags.STATMOUNT_MNT_BASIC
                        | MountFlags.STATMOUNT_PROPAGATE_FROM
                        | MountFlags.STATMOUNT_MNT_NS_ID
                        | MountFlags.STATMOUNT_SUPPORTED_MASK);
        SuperBlock fs = mount.superBlock;
        if ((mask & MountFlags.STATMOUNT_SB_BASIC) != 0) {
            Le.putInt(out, 16, DeviceTable.major(fs.device));
            Le.putInt(out, 20, DeviceTable.minor(fs.device));
            Le.putLong(out, 24, fs.statfs().magic());
            Le.putInt(out, 32, fs.readOnly() ? MountFlags.MS_RDONLY : 0);
        }
        if ((mask & MountFlags.STATMOUNT_MNT_BASIC) != 0) {
            Mount parent = mount.parent();
            Mount above = parent == null ? mount : parent;
            Le.putLong(out, 40, mount.uniqueId);
            Le.putLong(out, 48, above.uniqueId);
            Le.putInt(out, 56, mount.id);
            Le.putInt(out, 60, above.id);
            Le.putLong(out, 64, MountAttributes.fromMountFlags(mount));
            Le.putLong(out, 72, propagation(mount));
            Le.putLong(out, 80, mount.peerGroup());
            Le.putLong(out, 88, mount.masterGroup());
        }
        if ((mask & MountFlags.STATMOUNT_MNT_NS_ID) != 0) {
            Le.putLong(out, 112, asked.namespace.ino());
        }
        if ((mask & MountFlags.STATMOUNT_SUPPORTED_MASK) != 0) {
            Le.putLong(out, 144, SUPPORTED);
        }
        return given;
    }

    private static long propagation(Mount mount) {
        long kinds = mount.peerGroup() != 0 ? MountFlags.MS_SHARED : 0;
        kinds |= mount.masterGroup() != 0 ? MountFlags.MS_SLAVE : 0;
        kinds |= mount.unbindable ? MountFlags.MS_UNBINDABLE : 0;
        return kinds == 0 ? MountFlags.MS_PRIVATE : kinds;
    }

    private static long strings(MemorySegment out, ByteArrayOutputStream strings, Path root, Mount mount, long mask) {
        SuperBlock fs = mount.superBlock;
        String options = fs.showOptions();
        String own = options.isEmpty() ? "" : options.substring(1);
        long given = 0;
        given |= put(out, strings, mask, MountFlags.STATMOUNT_FS_TYPE, 36, fs.type);
        given |= put(out, strings, mask, MountFlags.STATMOUNT_MNT_ROOT, 104, mount.insideName());
        Path top = mount.rootPath();
        String point = top.reachableFrom(root) ? top.display(root) : "";
        given |= put(out, strings, mask, MountFlags.STATMOUNT_MNT_POINT, 108, point);
        given |= put(out, strings, mask, MountFlags.STATMOUNT_MNT_OPTS, 4, own);
        given |= put(out, strings, mask, MountFlags.STATMOUNT_SB_SOURCE, 124, mount.source);
        if ((mask & MountFlags.STATMOUNT_OPT_ARRAY) != 0 && !own.isEmpty()) {
            Le.putInt(out, 128, own.split(",").length);
            given |= put(out, strings, mask, MountFlags.STATMOUNT_OPT_ARRAY, 132, own.replace(',', '\0'));
        }
        return given;
    }

    private static long put(
            MemorySegment out, ByteArrayOutputStream strings, long mask, int bit, int field, String text) {
        if ((mask & bit) == 0 || text.isEmpty()) {
            return 0;
        }
        Le.putInt(out, field, strings.size());
        strings.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        strings.write(0);
        return bit;
    }
}
