package umlaut.kernel.fanotify;

import org.jspecify.annotations.Nullable;
import umlaut.abi.FanotifyFlags;
import umlaut.kernel.vfs.FileId;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/**
 * Something that happened, before it is known who wants to hear of it and how much (the arguments of fsnotify()).
 *
 * @param object what it happened to
 * @param path how it was opened; null for what happens to objects without being opened
 * @param directory where its name is, if that is known; for what happens to entries, the directory they are in
 * @param name in {@code directory}
 * @param newDirectory of FAN_RENAME, with {@code newName}
 */
record FsEvent(
        int mask,
        Inode object,
        @Nullable Path path,
        @Nullable Inode directory,
        @Nullable String name,
        @Nullable Inode newDirectory,
        @Nullable String newName) {

    boolean ofDirectory() {
        return (mask & FanotifyFlags.FAN_ONDIR) != 0;
    }

    boolean ofEntry() {
        return (mask & FanotifyEvent.ENTRY) != 0;
    }

    /** What a group that is told descriptors hears of it; null: nothing. */
    FanotifyEvent.@Nullable Subject opened() {
        if (path == null || !object.isRegular() && !object.isDirectory()) {
            return null;
        }
        return new FanotifyEvent.Subject(path, null, null, null, null, null, 0);
    }

    /**
     * What a group that is told handles hears of it (fanotify_alloc_event).
     *
     * @param old is the old place of FAN_RENAME told?
     * @param fresh is the new one?
     */
    FanotifyEvent.@Nullable Subject identified(FanotifyGroup group, boolean old, boolean fresh) {
        boolean byObject = group.has(FanotifyFlags.FAN_REPORT_FID);
        if (!byObject && directory == null && !ofDirectory()) {
            return null;
        }
        Inode place = object.isDirectory() && !ofEntry() ? object : directory;
        boolean targets = group.has(FanotifyFlags.FAN_REPORT_TARGET_FID);
        Inode id = ofEntry() && !targets && directory != null ? directory : object;
        boolean rename = (mask & FanotifyFlags.FAN_RENAME) != 0;
        if (!group.has(FanotifyFlags.FAN_REPORT_DIR_FID) || place == null) {
            return new FanotifyEvent.Subject(null, null, null, null, null, FileId.of(id), 0);
        }
        Inode child = (ofEntry() ? targets : byObject && !ofDirectory()) ? id : null;
        boolean named = group.has(FanotifyFlags.FAN_REPORT_NAME) && (ofEntry() || !ofDirectory());
        if (!named && child == null || named && name == null) {
            return new FanotifyEvent.Subject(null, null, null, null, null, FileId.of(place), 0);
        }
        boolean told = !rename || old;
        return new FanotifyEvent.Subject(
                null,
                told ? FileId.of(place) : null,
                told && named ? name : null,
                rename && fresh && newDirectory != null ? FileId.of(newDirectory) : null,
                rename && fresh ? newName : null,
                child == null ? null : FileId.of(child),
                0);
    }
}
