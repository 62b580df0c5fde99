package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.engine.KnownFiles;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/**
 * read(2) of the file that is lent ({@link umlaut.engine.FileLoan}), and read(2) and write(2) of descriptors whose transfers have no consequences ({@link KnownFiles}), as the guest thread does them by itself. A read that faults is the kernel's, from its beginning: zeros
 * written twice are the same zeros.
 */
final class StubFiles {
    private final Assembler a;
    private final StubEntry stub;

    StubFiles(Assembler a, StubEntry stub) {
        this.a = a;
        this.stub = stub;
    }

    private static Mem area(int offset) {
        return Mem.at(RBX, offset);
    }

    /** RAX 0 for read or 1 for write, R11 the request, RCX the call's entry of the copy table, the arguments in their registers. */
    void assemble() {
        Label write = new Label(), zeros = new Label(), read = new Label(), notLent = new Label();
        a.bind(stub.fileCall);
        a.cmpl(R11, State.SYSCALL);
        a.j(Cond.NE, stub.copyArguments);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, stub.copyArguments);
        a.cmpl(RDI, KnownFiles.DESCRIPTORS - 1);
        a.j(Cond.A, stub.copyArguments);
        a.cmp(RDX, KnownFiles.LONGEST);
        a.j(Cond.A, stub.copyArguments);
        a.mov(R12, Layout.TASK_SIZE);
        a.sub(R12, RDX);
        a.cmp(RSI, R12);
        a.j(Cond.A, stub.copyArguments);
        a.testl(RAX, RAX);
        a.j(Cond.NE, write);
        readLent(notLent);
        a.bind(notLent);

        a.mov(R12, area(Area.KNOWN_ZEROS));
        a.bt(R12, RDI);
        a.j(Cond.C, zeros);
        a.mov(R12, area(Area.KNOWN_END));
        a.bt(R12, RDI);
        a.j(Cond.AE, stub.copyArguments);
        a.xorl(R12, R12);
        a.jmp(read);
        a.bind(zeros);
        a.mov(R12, RDX);
        zero(read);
        a.bind(read);
        count(Area.KNOWN_COUNTERS + 8 * KnownFiles.READS, Area.KNOWN_COUNTERS + 8 * KnownFiles.BYTES_READ);

        a.bind(write);
        a.mov(R12, area(Area.KNOWN_SINK));
        a.bt(R12, RDI);
        a.j(Cond.AE, stub.copyArguments);
        a.mov(R12, RDX);
        count(Area.KNOWN_COUNTERS + 8 * KnownFiles.WRITES, Area.KNOWN_COUNTERS + 8 * KnownFiles.BYTES_WRITTEN);
    }

    /** A read of the lent file, up to its end: the copy, and the new position. Goes on behind if it is none. */
    private void readLent(Label notLent) {
        Label done = new Label();
        a.cmpl(RDI, area(Area.FILE_FD));
        a.j(Cond.NE, notLent);
        a.mov(R13, RCX);
        a.mov(RAX, StubLease.LEASED);
        a.mov(RCX, StubLease.LEASED | StubLease.BUSY);
        a.lockCmpxchgl(area(Area.FILE_LENT), RCX);
        a.mov(RCX, R13);
        a.j(Cond.NE, notLent);
        a.mov(R12, area(Area.FILE_POSITION));
        a.lea(R14, Mem.at(R12, RDX, 1, 0));
        a.cmp(R14, area(Area.FILE_END));
        a.j(Cond.A, stub.lentFileFault);
        a.mov(RCX, area(Area.FILE_WINDOW));
        a.add(R12, RCX);
        a.mov(RDI, RSI);
        a.mov(RSI, R12);
        a.mov(R12, RDX);
        a.bind(stub.lentFile);
        stub.copyLoop(done);
        a.bind(stub.lentFileEnd);
        a.bind(stub.lentFileFault);
        a.lockAndl(area(Area.FILE_LENT), ~StubLease.BUSY);
        a.mov(RCX, R13);
        a.jmp(stub.copyArguments);
        a.bind(done);
        a.mov(area(Area.FILE_POSITION), R14);
        a.lockAndl(area(Area.FILE_LENT), ~StubLease.BUSY);
        count(Area.KNOWN_COUNTERS + 8 * KnownFiles.READS, Area.KNOWN_COUNTERS + 8 * KnownFiles.BYTES_READ);
    }

    /** Fills RDX bytes at RSI, then jumps. The table's entry is in R13 meanwhile. */
    private void zero(Label then) {
        Label words = new Label(), bytes = new Label();
        a.mov(R13, RCX);
        a.mov(RDI, RSI);
        a.xorl(RAX, RAX);
        a.bind(stub.fileAccess);
        a.cmp(RDX, StubEntry.LONG_COPY);
        a.j(Cond.C, words);
        a.mov(RCX, area(Area.RFLAGS));
        a.testl(RCX, StubEntry.DIRECTION_FLAG);
        a.j(Cond.NE, words);
        a.mov(RCX, RDX);
        a.repStosb();
        a.jmp(then);
        a.bind(words);
        a.cmp(RDX, 8);
        a.j(Cond.C, bytes);
        a.mov(Mem.at(RDI, 0), RAX);
        a.add(RDI, 8);
        a.sub(RDX, 8);
        a.jmp(words);
        a.bind(bytes);
        a.test(RDX, RDX);
        a.j(Cond.E, then);
        a.movb(Mem.at(RDI, 0), RAX);
        a.add(RDI, 1);
        a.sub(RDX, 1);
        a.jmp(bytes);
        a.bind(stub.fileAccessEnd);
        a.bind(stub.fileFault);
        a.mov(RCX, R13);
        a.jmp(stub.copyArguments);
    }

    /** A transfer of R12 bytes is over. */
    private void count(int calls, int bytes) {
        a.mov(RAX, area(calls));
        a.add(RAX, 1);
        a.mov(area(calls), RAX);
        a.mov(RAX, area(bytes));
        a.add(RAX, R12);
        a.mov(area(bytes), RAX);
        a.mov(area(Area.RAX), R12);
        a.jmp(stub.exitFast);
    }
}
