package umlaut.fs.proc;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Mode;
import umlaut.kernel.cgroup.Cgroup;
import umlaut.kernel.ns.UserNamespace;
import umlaut.kernel.task.Task;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** The table of what stands in a process's directory (Linux: tgid_base_stuff and tid_base_stuff in fs/proc/base.c). */
final class PidEntries {
    /** Makes the text of one file of a process. */
    interface Source {
        String text(Subject subject, Task reader);
    }

    /** Takes what is written to a file of a process. */
    interface Sink {
        void write(Subject subject, Task writer, String text);
    }

    /** Makes an entry's inode. */
    interface Maker {
        Inode make(PidDirectory directory, long ino, int mode);
    }

    /** @param number unique in the table, above 0 */
    record Entry(int number, int mode, boolean processOnly, Maker maker) {
        Inode make(PidDirectory directory, String name) {
            return maker.make(directory, directory.subject.ino(number), mode);
        }
    }

    /** In the order of listing. Never changed once built. */
    static final Map<String, Entry> ALL = table();

    private PidEntries() {}

    private static Map<String, Entry> table() {
        Map<String, Entry> t = new LinkedHashMap<>();
        directory(t, "attr", 0555, false, (d, ino, mode) -> new AttrDirectory(d, ino));
        guarded(t, "auxv", 0400, (s, r) -> UserStrings.auxv(s));
        text(t, "cgroup", 0444, PidEntries::cgroup);
        setting(t, "clear_refs", 0200, (s, r) -> "", (s, w, text) -> PidSettings.clearRefs(text));
        text(t, "cmdline", 0444, (s, r) -> UserStrings.cmdline(s));
        setting(t, "comm", 0644, (s, r) -> s.task().comm() + "\n", PidSettings::setComm);
        setting(
                t,
                "coredump_filter",
                0644,
                (s, r) -> PidSettings.coredumpFilter(s),
                (s, w, text) -> PidSettings.setCoredumpFilter(s, text));
        text(t, "cpu_resctrl_groups", 0444, (s, r) -> "");
        text(t, "cpuset", 0444, (s, r) -> "/\n");
        link(t, "cwd", of -> of.fs().cwd());
        guarded(t, "environ", 0400, (s, r) -> UserStrings.environ(s));
        link(t, "exe", PidEntries::executable);
        directory(t, "fd", 0500, false, FdDirectory::descriptors);
        directory(t, "fdinfo", 0555, false, FdDirectory::infos);
        map(t, "gid_map", UserNamespace.MapKind.GID);
        guarded(t, "io", 0400, (s, r) -> PidCounters.io(s));
        text(t, "limits", 0444, (s, r) -> PidCounters.limits(s));
        setting(t, "loginuid", 0644, (s, r) -> unsigned(s.task().settings.loginUid), PidSettings::setLoginUid);
        directory(t, "map_files", 0500, true, (d, ino, mode) -> new MapFilesDirectory(d, ino));
        text(t, "maps", 0444, MapsText::maps);
        put(t, "mem", Mode.S_IFREG | 0600, false, (d, ino, mode) -> new MemInode(d.subject, ino, false));
        mounts(t, "mountinfo", 0444, MountsText::mountinfo);
        mounts(t, "mounts", 0444, MountsText::mounts);
        mounts(t, "mountstats", 0400, MountsText::mountstats);
        directory(t, "net", 0555, false, (d, ino, mode) -> d.subject.fs().top().directory("net"));
        directory(t, "ns", 0511, false, (d, ino, mode) -> new NsDirectory(d, ino));
        text(t, "numa_maps", 0444, NumaMapsText::numaMaps);
        setting(t, "oom_adj", 0644, (s, r) -> PidSettings.oomAdj(s), PidSettings::setOomAdj);
        text(t, "oom_score", 0444, (s, r) -> PidCounters.oomScore(s));
        setting(t, "oom_score_adj", 0644, (s, r) -> s.group().oomScoreAdj + "\n", PidSettings::setOomScoreAdj);
        put(t, "pagemap", Mode.S_IFREG | 0400, false, (d, ino, mode) -> new MemInode(d.subject, ino, true));
        guarded(t, "personality", 0400, (s, r) -> "%08x\n".formatted(s.task().settings.personality));
        map(t, "projid_map", UserNamespace.MapKind.PROJECT);
        link(t, "root", of -> of.fs().root());
        text(t, "sched", 0644, (s, r) -> PidCounters.sched(s));
        text(t, "schedstat", 0444, (s, r) -> PidCounters.schedstat(s));
        text(t, "sessionid", 0444, (s, r) -> unsigned(s.task().settings.auditSession));
        setting(
                t,
                "setgroups",
                0644,
                (s, r) -> userNs(s).setgroupsText(),
                (s, w, text) -> userNs(s).writeSetgroups(w, text));
        text(t, "smaps", 0444, SmapsText::smaps);
        text(t, "smaps_rollup", 0444, SmapsText::rollup);
        guarded(t, "stack", 0400, PidSyscall::stack);
        text(t, "stat", 0444, PidStat::stat);
        text(t, "statm", 0444, (s, r) -> PidStat.statm(s));
        text(t, "status", 0444, PidStatus::status);
        guarded(t, "syscall", 0400, (s, r) -> PidSyscall.text(s, r));
        directory(t, "task", 0555, true, (d, ino, mode) -> new TaskDirectory(d, ino));
        setting(
                t,
                "timens_offsets",
                0644,
                (s, r) -> s.task().ns().timeForChildren().offsetsText(),
                (s, w, text) -> s.task().ns().timeForChildren().writeOffsets(w, text));
        text(t, "timers", 0444, (s, r) -> "");
        setting(t, "timerslack_ns", 0666, (s, r) -> s.task().settings.timerSlackNs + "\n", PidSettings::setTimerSlack);
        map(t, "uid_map", UserNamespace.MapKind.UID);
        text(t, "wchan", 0444, (s, r) -> "0");
        return t;
    }

    private static String unsigned(int n) {
        return Integer.toUnsignedString(n);
    }

    private static String cgroup(Subject s, Task reader) {
        Cgroup cgroup = s.group().cgroup();
        String path = cgroup.path(reader.ns().cgroup().root());
        return "0::" + path + (cgroup.removed() ? " (deleted)" : "") + "\n";
    }

    private static UserNamespace userNs(Subject s) {
        return s.task().credentials().userNs();
    }

    private static void map(Map<String, Entry> t, String name, UserNamespace.MapKind kind) {
        setting(
                t,
                name,
                0644,
                (s, r) -> userNs(s).mapText(kind, r.credentials().userNs()),
                (s, w, text) -> userNs(s).writeMap(w, w.credentials(), kind, text));
    }

    private static void put(Map<String, Entry> t, String name, int mode, boolean processOnly, Maker maker) {
        t.put(name, new Entry(t.size() + 1, mode, processOnly, maker));
    }

    private static void directory(
            Map<String, Entry> t, String name, int permissions, boolean processOnly, Maker maker) {
        put(t, name, Mode.S_IFDIR | permissions, processOnly, maker);
    }

    private static void text(Map<String, Entry> t, String name, int permissions, Source source) {
        setting(t, name, permissions, source, null);
    }

    private static void setting(
            Map<String, Entry> t, String name, int permissions, Source source, @Nullable Sink sink) {
        put(t, name, Mode.S_IFREG | permissions, false, (d, ino, mode) -> {
            Subject s = d.subject;
            return new PidText(
                    s,
                    ino,
                    permissions,
                    reader -> source.text(s, reader),
                    sink == null ? null : (writer, text) -> sink.write(s, writer, text));
        });
    }

    /** Only for those who could trace the process. */
    private static void guarded(Map<String, Entry> t, String name, int permissions, Source source) {
        text(t, name, permissions, (s, reader) -> {
            PtraceAccess.require(reader, s.task());
            return source.text(s, reader);
        });
    }

    private static void mounts(Map<String, Entry> t, String name, int permissions, Source source) {
        put(t, name, Mode.S_IFREG | permissions, false, (d, ino, mode) -> {
            Subject s = d.subject;
            return new MountsInode(s, ino, permissions, reader -> source.text(s, reader));
        });
    }

    private static void link(Map<String, Entry> t, String name, PidLink.Target target) {
        put(t, name, Mode.S_IFLNK | 0777, false, (d, ino, mode) -> new PidLink(d.subject, ino, mode, target));
    }

    private static Path executable(Task of) {
        var mm = of.mmOrNull();
        File exe = mm == null ? null : mm.executable();
        Path path = exe == null ? null : exe.path;
        if (path == null) {
            throw umlaut.abi.Errno.ENOENT.exception();
        }
        return path;
    }
}
