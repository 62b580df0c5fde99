package umlaut.kernel.fanotify;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.FileHandle;
import umlaut.abi.Le;
import umlaut.kernel.vfs.FileId;

/** An event as a reader gets it: struct fanotify_event_metadata and records behind it, which depend on the group (copy_info_records_to_user). */
final class EventLayout {
    private static final int ALIGN = 4;

    private record Fid(int type, FileId id, @Nullable String name) {
        int length() {
            int handle = FanotifyFlags.INFO_FID_SIZE + FileHandle.SIZE + FileId.LENGTH;
            return handle + (name == null ? 0 : name.length() + 1) + ALIGN - 1 & -ALIGN;
        }
    }

    private final FanotifyEvent event;
    private final boolean pidfd;
    private final List<Fid> fids = new ArrayList<>(3);

    EventLayout(FanotifyGroup group, FanotifyEvent event) {
        this.event = event;
        this.pidfd = group.has(FanotifyFlags.FAN_REPORT_PIDFD);
        FanotifyEvent.Subject subject = event.subject;
        boolean rename = (event.mask & FanotifyFlags.FAN_RENAME) != 0;
        if (subject.directory() != null) {
            int named = subject.name() == null ? FanotifyFlags.INFO_TYPE_DFID : FanotifyFlags.INFO_TYPE_DFID_NAME;
            int type = rename ? FanotifyFlags.INFO_TYPE_OLD_DFID_NAME : named;
            fids.add(new Fid(type, subject.directory(), subject.name()));
        }
        if (subject.newDirectory() != null) {
            fids.add(new Fid(FanotifyFlags.INFO_TYPE_NEW_DFID_NAME, subject.newDirectory(), subject.newName()));
        }
        if (subject.object() != null) {
            fids.add(object(group, subject.object()));
        }
    }

    private Fid object(FanotifyGroup group, FileId id) {
        boolean directory = (event.mask & FanotifyFlags.FAN_ONDIR) != 0;
        if (group.fids() == FanotifyFlags.FAN_REPORT_FID || !fids.isEmpty()) {
            return new Fid(FanotifyFlags.INFO_TYPE_FID, id, null);
        }
        if (group.has(FanotifyFlags.FAN_REPORT_NAME) && directory) {
            return new Fid(FanotifyFlags.INFO_TYPE_DFID_NAME, id, ".");
        }
        boolean ofDirectory = directory || (event.mask & FanotifyEvent.ENTRY) != 0;
        return new Fid(ofDirectory ? FanotifyFlags.INFO_TYPE_DFID : FanotifyFlags.INFO_TYPE_FID, id, null);
    }

    int length() {
        int length = FanotifyFlags.METADATA_SIZE;
        for (Fid fid : fids) {
            length += fid.length();
        }
        length += pidfd ? FanotifyFlags.INFO_PIDFD_SIZE : 0;
        return length + (event.subject.mountId() != 0 ? FanotifyFlags.INFO_MNT_SIZE : 0);
    }

    /**
     * @param pid as the reader calls it
     * @param openPidfd the reader's descriptor of the process, where the group wants one
     */
    MemorySegment write(int pid, int openPidfd) {
        MemorySegment out = Arena.ofAuto().allocate(length(), 8);
        Le.putInt(out, FanotifyFlags.EVENT_LEN, length());
        Le.putByte(out, FanotifyFlags.VERS, FanotifyFlags.METADATA_VERSION);
        Le.putShort(out, FanotifyFlags.METADATA_LEN, FanotifyFlags.METADATA_SIZE);
        Le.putLong(out, FanotifyFlags.MASK, event.mask & ~FanotifyFlags.FAN_EVENT_ON_CHILD & 0xffff_ffffL);
        Le.putInt(out, FanotifyFlags.FD, event.fd);
        Le.putInt(out, FanotifyFlags.PID, pid);
        int at = FanotifyFlags.METADATA_SIZE;
        for (Fid fid : fids) {
            writeFid(out.asSlice(at, fid.length()), fid);
            at += fid.length();
        }
        if (pidfd) {
            header(out, at, FanotifyFlags.INFO_TYPE_PIDFD, FanotifyFlags.INFO_PIDFD_SIZE);
            Le.putInt(out, at + FanotifyFlags.INFO_HEADER_SIZE, openPidfd);
            at += FanotifyFlags.INFO_PIDFD_SIZE;
        }
        if (event.subject.mountId() != 0) {
            header(out, at, FanotifyFlags.INFO_TYPE_MNT, FanotifyFlags.INFO_MNT_SIZE);
            Le.putLong(out, at + FanotifyFlags.INFO_MNT_ID, event.subject.mountId());
        }
        return out;
    }

    private static void header(MemorySegment out, int at, int type, int length) {
        Le.putByte(out, at + FanotifyFlags.INFO_TYPE, type);
        Le.putShort(out, at + FanotifyFlags.INFO_LEN, length);
    }

    private static void writeFid(MemorySegment out, Fid fid) {
        header(out, 0, fid.type, fid.length());
        Le.putInt(out, FanotifyFlags.INFO_HEADER_SIZE, (int) fid.id.device());
        Le.putInt(out, FanotifyFlags.INFO_HEADER_SIZE + 4, (int) (fid.id.device() >>> 32));
        FileId.putHandle(out, FanotifyFlags.INFO_FID_SIZE, fid.id.ino());
        if (fid.name != null) {
            int at = FanotifyFlags.INFO_FID_SIZE + FileHandle.SIZE + FileId.LENGTH;
            Le.putBytes(out, at, fid.name.getBytes(StandardCharsets.ISO_8859_1));
        }
    }
}
