package umlaut.kernel.coredump;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import umlaut.abi.ElfNhdr;
import umlaut.abi.ElfPrpsinfo;
import umlaut.abi.ElfPrstatus;
import umlaut.abi.Le;
import umlaut.abi.Siginfo;
import umlaut.abi.Timeval;
import umlaut.kernel.mm.PokedMemory;
import umlaut.kernel.mm.Vma;
import umlaut.kernel.ptrace.TraceeRegisters;
import umlaut.kernel.signal.SigInfo;
import umlaut.kernel.signal.SigInfoLayout;
import umlaut.kernel.signal.Signals;
import umlaut.kernel.task.CpuTimes;
import umlaut.kernel.task.Task;
import umlaut.kernel.task.ThreadGroup;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Path;

/** The PT_NOTE part of a core file: the process, and each thread's registers, the one that took the signal first (Linux: fill_note_info in fs/binfmt_elf.c). */
final class CoreNotes {
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Task task;
    private final SigInfo info;

    CoreNotes(Task task, SigInfo info) {
        this.task = task;
        this.info = info;
    }

    byte[] build(List<Vma> vmas) {
        status(task);
        note("CORE", ElfNhdr.NT_PRPSINFO, process());
        byte[] signal = new byte[Siginfo.SIZE];
        SigInfoLayout.write(MemorySegment.ofArray(signal), 0, info);
        note("CORE", ElfNhdr.NT_SIGINFO, signal);
        note("CORE", ElfNhdr.NT_AUXV, auxiliaryVector());
        note("CORE", ElfNhdr.NT_FILE, files(vmas));
        vectors(task);
        for (Task t : task.group.threads()) {
            if (t != task && t.waitsForDump) {
                status(t);
                vectors(t);
            }
        }
        return out.toByteArray();
    }

    private void note(String name, int type, byte[] contents) {
        byte[] head = new byte[ElfNhdr.SIZE];
        MemorySegment m = MemorySegment.ofArray(head);
        Le.putInt(m, ElfNhdr.N_NAMESZ, name.length() + 1);
        Le.putInt(m, ElfNhdr.N_DESCSZ, contents.length);
        Le.putInt(m, ElfNhdr.N_TYPE, type);
        out.writeBytes(head);
        padded((name + "\0").getBytes(StandardCharsets.ISO_8859_1));
        padded(contents);
    }

    private void padded(byte[] bytes) {
        out.writeBytes(bytes);
        out.writeBytes(new byte[-bytes.length & 3]);
    }

    private void status(Task t) {
        byte[] raw = new byte[ElfPrstatus.SIZE];
        MemorySegment m = MemorySegment.ofArray(raw);
        ThreadGroup group = t.group;
        ThreadGroup parent = group.parent;
        Le.putInt(m, ElfPrstatus.PR_SIGNO, info.signo());
        Le.putInt(m, ElfPrstatus.PR_CODE, info.code());
        Le.putShort(m, ElfPrstatus.PR_CURSIG, info.signo());
        Le.putLong(m, ElfPrstatus.PR_SIGPEND, Signals.pending(t));
        Le.putLong(m, ElfPrstatus.PR_SIGHOLD, t.blockedSignals());
        Le.putInt(m, ElfPrstatus.PR_PID, t.tidInside);
        Le.putInt(m, ElfPrstatus.PR_PPID, parent == null ? 0 : task.pidSeen(parent.tgid));
        Le.putInt(m, ElfPrstatus.PR_PGRP, task.pidSeen(group.processGroup.pgid));
        Le.putInt(m, ElfPrstatus.PR_SID, task.pidSeen(group.session().sid));
        time(m, ElfPrstatus.PR_UTIME, t == task ? CpuTimes.ofGroup(group) : CpuTimes.ofTask(t));
        time(m, ElfPrstatus.PR_CUTIME, group.deadChildren.userNs());
        time(m, ElfPrstatus.PR_CSTIME, group.deadChildren.systemNs());
        TraceeRegisters.copyTo(t, m, ElfPrstatus.PR_REG);
        Le.putInt(m, ElfPrstatus.PR_FPVALID, 1);
        note("CORE", ElfNhdr.NT_PRSTATUS, raw);
    }

    private static void time(MemorySegment m, int at, long ns) {
        Le.putLong(m, at + Timeval.TV_SEC, ns / NS_PER_SECOND);
        Le.putLong(m, at + Timeval.TV_USEC, ns % NS_PER_SECOND / 1000);
    }

    private void vectors(Task t) {
        note("CORE", ElfNhdr.NT_PRFPREG, TraceeRegisters.fpregs(t));
        note("LINUX", ElfNhdr.NT_X86_XSTATE, TraceeRegisters.xstate(t));
    }

    private byte[] process() {
        byte[] raw = new byte[ElfPrpsinfo.SIZE];
        MemorySegment m = MemorySegment.ofArray(raw);
        ThreadGroup group = task.group;
        ThreadGroup parent = group.parent;
        Le.putByte(m, ElfPrpsinfo.PR_SNAME, (byte) 'R');
        Le.putByte(m, ElfPrpsinfo.PR_NICE, (byte) task.settings.nice);
        Le.putInt(m, ElfPrpsinfo.PR_UID, task.credentials().uid());
        Le.putInt(m, ElfPrpsinfo.PR_GID, task.credentials().gid());
        Le.putInt(m, ElfPrpsinfo.PR_PID, group.pidInside);
        Le.putInt(m, ElfPrpsinfo.PR_PPID, parent == null ? 0 : task.pidSeen(parent.tgid));
        Le.putInt(m, ElfPrpsinfo.PR_PGRP, task.pidSeen(group.processGroup.pgid));
        Le.putInt(m, ElfPrpsinfo.PR_SID, task.pidSeen(group.session().sid));
        byte[] name = task.comm().getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(name, 0, raw, ElfPrpsinfo.PR_FNAME, Math.min(name.length, ElfPrpsinfo.FNAME_SIZE - 1));
        arguments(raw);
        return raw;
    }

    private void arguments(byte[] raw) {
        long start = task.mm().layout.argStart;
        int length = (int) Math.min(task.mm().layout.argEnd - start, ElfPrpsinfo.PSARGS_SIZE - 1);
        if (length <= 0) {
            return;
        }
        MemorySegment text = MemorySegment.ofArray(new byte[length]);
        long got = PokedMemory.read(task.mm(), start, text, 0, length);
        for (int i = 0; i < got; i++) {
            byte b = Le.getByte(text, i);
            raw[ElfPrpsinfo.PR_PSARGS + i] = b == 0 ? (byte) ' ' : b;
        }
    }

    private byte[] auxiliaryVector() {
        long[] auxv = task.mm().layout.auxv;
        byte[] raw = new byte[auxv.length * Long.BYTES];
        MemorySegment.copy(MemorySegment.ofArray(auxv), 0, MemorySegment.ofArray(raw), 0, raw.length);
        return raw;
    }

    /** NT_FILE: count, page size; start, end and offset in pages of each; then their names. */
    private byte[] files(List<Vma> vmas) {
        List<Vma> mapped = vmas.stream().filter(v -> pathOf(v) != null).toList();
        byte[] numbers = new byte[(2 + 3 * mapped.size()) * Long.BYTES];
        MemorySegment m = MemorySegment.ofArray(numbers);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        Le.putLong(m, 0, mapped.size());
        Le.putLong(m, 8, 4096);
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < mapped.size(); i++) {
            Vma v = mapped.get(i);
            Le.putLong(m, 16 + 24L * i, v.start());
            Le.putLong(m, 24 + 24L * i, v.end());
            Le.putLong(m, 32 + 24L * i, v.fileOffset() >> 12);
            Path path = pathOf(v);
            names.append(path == null ? "" : path.display(task.fs().root())).append('\0');
        }
        all.writeBytes(numbers);
        all.writeBytes(names.toString().getBytes(StandardCharsets.ISO_8859_1));
        return all.toByteArray();
    }

    private static @org.jspecify.annotations.Nullable Path pathOf(Vma vma) {
        File file = vma.file();
        return file == null ? null : file.path;
    }
}
