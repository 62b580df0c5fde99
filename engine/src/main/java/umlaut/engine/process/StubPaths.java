package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.abi.Nr;
import umlaut.abi.Rlimit;
import umlaut.engine.KnownPaths;
import umlaut.engine.OwnAnswers;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/**
 * Answers access(2), stat(2), readlink(2), open(2) and their like of absolute paths that are known to lead nowhere, and readlink(2) of what is known to be no link, from the {@link PathTable}. Compilers, interpreters and shells
 * spend most of their calls so, looking for files along their search paths. Flags out of the ordinary, and whatever is not known, go to the kernel.
 */
final class StubPaths {
    private static final int ENOENT = 2, EINVAL = 22;
    private static final int O_CREAT = 0x40, O_TMPFILE = 0x400000;

    /** AT_SYMLINK_NOFOLLOW, AT_NO_AUTOMOUNT and, of a path that is not empty, AT_EMPTY_PATH: none changes what is missing. */
    private static final int AT_FLAGS = 0x100 | 0x800 | 0x1000;

    private static final int RWX = 7;

    /** A call, and the bits that must not be set in one of its arguments. */
    private record Look(int nr, int argument, int forbidden) {}

    private static final Look[] LOOKS = {
        new Look(Nr.ACCESS, 1, ~RWX),
        new Look(Nr.FACCESSAT, 2, ~RWX),
        new Look(Nr.STAT, 1, 0),
        new Look(Nr.LSTAT, 1, 0),
        new Look(Nr.NEWFSTATAT, 3, ~AT_FLAGS),
        new Look(Nr.STATX, 2, ~AT_FLAGS)
    };

    private static final Look[] OPENS = {
        new Look(Nr.OPEN, 1, O_CREAT | O_TMPFILE), new Look(Nr.OPENAT, 2, O_CREAT | O_TMPFILE)
    };

    private static final Look[] READS = {new Look(Nr.READLINK, 2, 0), new Look(Nr.READLINKAT, 3, 0)};

    private final Assembler a;
    private final StubEntry stub;
    private final Label missing = new Label();

    StubPaths(Assembler a, StubEntry stub) {
        this.a = a;
        this.stub = stub;
    }

    static boolean mayAnswer(int nr) {
        for (Look[] looks : new Look[][] {LOOKS, OPENS, READS}) {
            for (Look look : looks) {
                if (look.nr == nr) {
                    return true;
                }
            }
        }
        return false;
    }

    private static Mem area(int offset) {
        return Mem.at(RBX, offset);
    }

    /** R11 is the request; the path has been copied into the first window. */
    void assemble() {
        a.bind(stub.pathCall);
        a.cmpl(area(Area.KNOWN_PATHS), 0);
        a.j(Cond.E, stub.post);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, stub.post);
        stub.oftenIfTrapped(stub.post);
        a.lea(R14, area(Area.WINDOW + Area.WINDOW_DATA));
        a.movzxb(RAX, Mem.at(R14, 0));
        a.cmpl(RAX, '/');
        a.j(Cond.NE, stub.post);
        hash();
        find();
        judge();
    }

    /** The path at R14: RDI its hash, RSI its length in whole words, of which the last is made to end in zeros. */
    private void hash() {
        Label last = new Label();
        a.xorl(RSI, RSI);
        a.xorl(RDI, RDI);
        a.mov(RBP, 0x0101010101010101L);
        a.mov(R13, RBP);
        a.shl(R13, 7);
        a.mov(R9, PathTable.MULTIPLIER);
        Label loop = a.here();
        a.mov(RAX, Mem.at(R14, RSI, 1, 0));
        a.mov(R8, RAX);
        a.sub(R8, RBP);
        a.mov(RDX, RAX);
        a.not(RDX);
        a.and(R8, RDX);
        a.and(R8, R13);
        a.j(Cond.NE, last);
        a.add(RDI, RAX);
        a.imul(RDI, R9);
        a.add(RSI, 8);
        a.cmpl(RSI, KnownPaths.LONGEST + 1);
        a.j(Cond.C, loop);
        a.jmp(stub.post);
        a.bind(last);
        a.bsf(RCX, R8); // of the NUL's highest bit
        a.movl(RDX, RCX);
        a.shrl(RDX, 3);
        a.add(RDX, RSI);
        a.cmp(RDX, area(Area.WINDOW + 8));
        a.j(Cond.AE, stub.post); // not copied so far: it faulted, and what stands here is old
        a.subl(RCX, 7);
        a.mov(RDX, 1);
        a.shlCl(RDX);
        a.sub(RDX, 1);
        a.and(RAX, RDX);
        a.mov(Mem.at(R14, RSI, 1, 0), RAX);
        a.add(RDI, RAX);
        a.imul(RDI, R9);
        a.shr(RDI, 32);
        a.add(RSI, 8);
    }

    /** RAX becomes what is known of it; nothing: to the kernel. */
    private void find() {
        Label summed = new Label();
        a.mov(R8, Layout.PATHS);
        a.movl(RDX, RDI);
        a.andl(RDX, PathTable.FACTS - 1);
        a.shl(RDX, PathTable.FACT_SHIFT);
        a.lea(RDX, Mem.at(RDX, R8, 1, PathTable.FIRST));
        a.movl(R12, Mem.at(RDX, PathTable.SEQUENCE));
        a.testl(R12, 1);
        a.j(Cond.NE, stub.post);
        a.cmpl(RDI, Mem.at(RDX, PathTable.HASH));
        a.j(Cond.NE, stub.post);
        a.cmpl(RSI, Mem.at(RDX, PathTable.LENGTH));
        a.j(Cond.NE, stub.post);
        Label compare = a.here();
        a.mov(RAX, Mem.at(R14, RSI, 1, -8));
        a.cmp(RAX, Mem.at(RDX, RSI, 1, PathTable.PATH - 8));
        a.j(Cond.NE, stub.post);
        a.sub(RSI, 8);
        a.j(Cond.NE, compare);
        a.xorl(R13, R13);
        a.movl(RCX, Mem.at(RDX, PathTable.COUNT));
        Label add = a.here();
        a.sub(RCX, 1);
        a.j(Cond.S, summed);
        a.movzxw(RAX, Mem.at(RDX, RCX, 2, PathTable.COUNTER));
        a.mov(RAX, Mem.at(R8, RAX, 8, 0));
        a.add(R13, RAX);
        a.jmp(add);
        a.bind(summed);
        a.cmp(R13, Mem.at(RDX, PathTable.SUM));
        a.j(Cond.NE, stub.post);
        a.movl(RAX, Mem.at(RDX, PathTable.FACT));
        a.cmpl(R12, Mem.at(RDX, PathTable.SEQUENCE));
        a.j(Cond.NE, stub.post);
    }

    /** What the call says of such a path. */
    private void judge() {
        Label links = new Label();
        a.movl(RCX, area(Area.RAX));
        for (Look read : READS) {
            Label next = new Label();
            a.cmpl(RCX, read.nr);
            a.j(Cond.NE, next);
            a.movl(RDX, area(Area.ARGUMENTS + 8 * read.argument));
            a.testl(RDX, RDX);
            a.j(Cond.S, stub.post);
            a.j(Cond.NE, links);
            a.jmp(stub.post);
            a.bind(next);
        }
        a.cmpl(RAX, KnownPaths.MISSING);
        a.j(Cond.NE, stub.post);
        for (Look look : LOOKS) {
            missing(look);
        }
        // EMFILE comes before the look-up.
        a.cmpl(area(Area.KNOWN_OPENS), 0);
        a.j(Cond.E, stub.post);
        a.cmpl(area(Area.LIMITS_KNOWN), 0);
        a.j(Cond.E, stub.post);
        a.cmp(area(Area.LIMITS + 16 * Rlimit.RLIMIT_NOFILE), OwnAnswers.ENOUGH_DESCRIPTORS);
        a.j(Cond.C, stub.post);
        for (Look open : OPENS) {
            missing(open);
        }
        a.jmp(stub.post);
        a.bind(links);
        a.cmpl(RAX, KnownPaths.MISSING);
        a.j(Cond.E, missing);
        a.mov(area(Area.RAX), -EINVAL);
        a.jmp(stub.exitFast);
        a.bind(missing);
        a.mov(area(Area.RAX), -ENOENT);
        a.jmp(stub.exitFast);
    }

    private void missing(Look look) {
        Label next = new Label();
        a.cmpl(RCX, look.nr);
        a.j(Cond.NE, next);
        if (look.nr == Nr.STATX) {
            a.movl(RDX, area(Area.ARGUMENTS + 8 * 3)); // STATX__RESERVED is the sign
            a.testl(RDX, RDX);
            a.j(Cond.S, stub.post);
        }
        a.movl(RDX, area(Area.ARGUMENTS + 8 * look.argument));
        a.testl(RDX, look.forbidden);
        a.j(Cond.E, missing);
        a.jmp(stub.post);
        a.bind(next);
    }
}
