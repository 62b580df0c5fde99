package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;
import umlaut.abi.AtFlags;
import umlaut.abi.Errno;
import umlaut.abi.MapFlags;
import umlaut.abi.Personality;
import umlaut.abi.Rlimit;
import umlaut.engine.CpuFeatures;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.kernel.cred.ExecCredentials;
import umlaut.kernel.task.Task;

/**
 * Builds a new program in an empty address space: segments, interpreter, heap, stack, registers (the second half of Linux's load_elf_binary).
 */
final class ProgramImage {
    /** Room that the stack's VMA has from the start. */
    private static final long STACK_START = 128 << 10;

    private static final long FLAGS = 0x202;

    private final Mm mm;
    private final Task task;
    private final BinaryProgram program;
    private final RandomLayout random;
    private final long stackLimit;
    private final ElfLoader loader;
    private @Nullable StackImage stack;
    private long[] auxv = {};

    ProgramImage(Mm mm, Task task, BinaryProgram program) {
        this.mm = mm;
        this.task = task;
        this.program = program;
        this.random = new RandomLayout((task.settings.personality & Personality.ADDR_NO_RANDOMIZE) == 0);
        this.stackLimit = task.group.limits.soft(Rlimit.RLIMIT_STACK);
        this.loader = new ElfLoader(mm, task);
    }

    /**
     * Maps everything, which the host may still be at on return, and sets {@code user}'s registers to start it. {@link #fill} comes next.
     *
     * @throws umlaut.abi.ErrnoException whatever is wrong with the image
     */
    void map(UserThread user, ExecCredentials credentials) {
        long entry;
        StackImage stack;
        mm.space().holdChanges();
        mm.lock.lock();
        try {
            MmLayout layout = mm.layout;
            layout.mmapBase = random.mmapBase(layout.taskSize, stackLimit);
            ElfImage image = program.image();
            ElfImage linker = program.linker();
            ElfLoader.Loaded main = placeProgram(loader, image, linker != null);
            long base = 0;
            entry = main.entry();
            if (linker != null) {
                ElfLoader.Loaded loaded = loader.mapAnywhere(linker);
                base = loaded.bias();
                entry = loaded.entry();
            }
            if (entry < 0 || entry >= layout.taskSize) {
                throw Errno.EINVAL.exception();
            }
            describe(main, image, linker != null);
            CpuFeatures cpu = mm.kernel().engine.cpu();
            long vdso = mm.kernel().clock.vdsoUsable() ? cpu.vdso() : 0;
            long top = random.stackTop(layout.taskSize);
            stack = new StackImage(
                    program.arguments(), program.name(), top, random.stackOffset(), AuxVector.pairs(vdso));
            auxv = AuxVector.build(cpu, vdso, main, base, credentials.credentials(), credentials.secure(), stack);
            mapStack(stack, top, image.executableStack());
            layout.auxv = auxv;
            Brk.start(mm, task);
        } finally {
            mm.lock.unlock();
            mm.collect();
        }
        mm.space().startHeld();
        this.stack = stack;
        user.own().giveRandom(random.forProgram());
        user.setReg(Reg.RIP, entry);
        user.setReg(Reg.RSP, stack.stackPointer);
        user.setReg(Reg.RFLAGS, FLAGS);
    }

    /** Writes what is not in the files. @throws umlaut.abi.ErrnoException ENOMEM, EFAULT */
    void fill() {
        if (mm.space().runHeld() < 0) {
            throw Errno.ENOMEM.exception();
        }
        loader.zeroTails();
        StackImage built = stack;
        if (built != null) {
            writeStack(built, auxv);
            describe(built);
        }
    }

    /** Now there is something to see there. */
    private void describe(StackImage built) {
        mm.lock.lock();
        try {
            MmLayout layout = mm.layout;
            layout.startStack = built.stackPointer;
            layout.argStart = built.argStart();
            layout.argEnd = built.argEnd();
            layout.envStart = layout.argEnd;
            layout.envEnd = built.envEnd();
        } finally {
            mm.lock.unlock();
        }
    }

    @GuardedBy("mm.lock") private ElfLoader.Loaded placeProgram(ElfLoader loader, ElfImage image, boolean hasInterpreter) {
        if (image.fixed() || !hasInterpreter || image.segments().isEmpty()) {
            return loader.mapAnywhere(image);
        }
        long align = image.alignment();
        if (align > mm.layout.taskSize) {
            throw Errno.EINVAL.exception();
        }
        return loader.map(image, random.programBase(mm.layout.taskSize, align) - (image.firstPage() & -align));
    }

    /** Code, data and heap bounds. */
    @GuardedBy("mm.lock") private void describe(ElfLoader.Loaded main, ElfImage image, boolean hasInterpreter) {
        MmLayout layout = mm.layout;
        long startCode = Long.MAX_VALUE;
        long endCode = 0;
        long startData = 0;
        long endData = 0;
        for (ElfSegment s : image.segments()) {
            long start = s.address() + main.bias();
            long end = start + s.fileSize();
            if ((s.flags() & ElfSegment.PF_X) != 0) {
                startCode = Math.min(startCode, start);
                endCode = Math.max(endCode, end);
            }
            startData = Math.max(startData, start);
            endData = Math.max(endData, end);
        }
        layout.startCode = startCode == Long.MAX_VALUE ? 0 : startCode;
        layout.endCode = endCode;
        layout.startData = startData;
        layout.endData = endData;
        long end = image.endAddress() + main.bias();
        // A static position-independent program lies in the mmap area, where a heap could not grow: it gets one where
        // programs lie.
        long from = image.fixed() || hasInterpreter ? end : random.programBase(layout.taskSize, MmArea.PAGE);
        long heap = random.heapStart(from);
        layout.startBrk = heap;
        layout.brk = heap;
        layout.heapGranted = heap;
    }

    @GuardedBy("mm.lock") private void mapStack(StackImage stack, long top, boolean executable) {
        long used = MmArea.pageUp(top) - (stack.stackPointer & -MmArea.PAGE);
        long end = MmArea.pageUp(top);
        long limit =
                stackLimit == Rlimit.RLIM_INFINITY || stackLimit < 0 ? MmStack.MOST_AHEAD : stackLimit & -MmArea.PAGE;
        long size = Math.max(used, Math.min(used + STACK_START, limit));
        long room = Math.max(size, Math.min(limit, MmStack.MOST_AHEAD));
        int prot = MapFlags.PROT_READ | MapFlags.PROT_WRITE | (executable ? MapFlags.PROT_EXEC : 0);
        long reserve = end - room;
        if (mm.tree.firstIn(reserve - MmArea.STACK_GUARD, end) != null) {
            room = size;
            reserve = end - size;
        }
        if (mm.tree.firstIn(reserve, end) != null) {
            throw Errno.ENOMEM.exception();
        }
        int flags = Mmap.MAY_ALL | Vma.GROWSDOWN | Vma.STACK;
        VmaEditor.insert(mm, new Vma(mm, end - size, end, prot, flags, null, null, end - size, Vma.STACK_NAME));
        if (mm.space().mapAnonymous(null, reserve, room, Mm.hostProt(prot), true) < 0) {
            throw Errno.ENOMEM.exception();
        }
        mm.layout.stackReserve = reserve;
    }

    private void writeStack(StackImage stack, long[] auxv) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(stack.size(), 16);
            stack.fill(bytes, auxv, random.random(0), random.random(1));
            if (mm.space().write(stack.stackPointer, bytes, 0, stack.size()) != stack.size()) {
                throw Errno.EFAULT.exception();
            }
        }
    }

    static String displayName(int dirFd, String path) {
        if (dirFd == AtFlags.AT_FDCWD || path.startsWith("/")) {
            return path;
        }
        return path.isEmpty() ? "/dev/fd/" + dirFd : "/dev/fd/" + dirFd + "/" + path;
    }
}
