package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.engine.MemoryChanges;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/**
 * mmap(2), munmap(2) and mprotect(2) of plain anonymous memory, and brk(2) upwards, as the guest thread does them by itself, under the {@link umlaut.engine.MemoryLease} in its area: the host's call, and a
 * note for the kernel. What the lease does not cover, what the host refuses and what there is no more room to note goes to the kernel as if nothing had been.
 *
 * <p>The lease's word says LEASED while it is out, and BUSY from before the host's call until the note is complete, so that whoever ends the lease can wait for that ({@link LeasedMemory}). A
 * note undone by the next call, or the same protection changed once more, takes no second one: programs that map and unmap in a loop never come in.
 */
final class StubLease {
    static final int LEASED = 1, BUSY = 2;

    /** MAP_PRIVATE | MAP_ANONYMOUS: the only flags taken, but for one that means nothing. */
    private static final int PLAIN = 0x22, MAP_STACK = 0x20000;

    /** With MAP_FIXED and MAP_NORESERVE, as the kernel has the host map anonymous memory. */
    private static final int PLAIN_FIXED = PLAIN | 0x10 | 0x4000;

    private static final int HUGE_PAGE_MASK = 0x1f_ffff;

    private final Assembler a;
    private final StubEntry stub;
    private final Label refused = new Label(), done = new Label(), note = new Label();

    StubLease(Assembler a, StubEntry stub) {
        this.a = a;
        this.stub = stub;
    }

    private static Mem area(int offset) {
        return Mem.at(RBX, offset);
    }

    /** RAX the call's number, R11 the request, the arguments in their registers; RSI becomes the length in whole pages. */
    void assemble() {
        Label unmap = new Label(), protect = new Label(), brk = new Label();
        a.bind(stub.leasedCall);
        stub.oftenIfTrapped(stub.post);
        a.cmpl(area(Area.HAND_OVER), 0);
        a.j(Cond.NE, stub.post);
        a.movl(R12, RAX);
        a.mov(RAX, LEASED);
        a.mov(RCX, LEASED | BUSY);
        a.lockCmpxchgl(area(Area.LEASE), RCX);
        a.j(Cond.NE, stub.post);
        a.movl(RCX, area(Area.CHANGE_COUNT));
        a.cmpl(RCX, MemoryChanges.MOST);
        a.j(Cond.AE, refused);
        a.cmpl(R12, umlaut.host.Syscall.BRK);
        a.j(Cond.E, brk);
        a.lea(RCX, Mem.at(RSI, -1));
        a.cmp(RCX, 0x7fff_efff);
        a.j(Cond.A, refused);
        a.add(RSI, 4095);
        a.and(RSI, -4096);
        a.cmpl(R12, umlaut.host.Syscall.MUNMAP);
        a.j(Cond.E, unmap);
        a.cmp(RDX, 7);
        a.j(Cond.A, refused);
        a.cmpl(R12, umlaut.host.Syscall.MPROTECT);
        a.j(Cond.E, protect);
        map();
        a.bind(unmap);
        unmap();
        a.bind(protect);
        protect();
        a.bind(brk);
        moveBreak();
        note();
        finish();
    }

    /** The protection stays in R13; what may be written or executed may be read on the host, by the kernel too. */
    private void hostProtection() {
        Label none = new Label();
        a.movl(R13, RDX);
        a.testl(RDX, RDX);
        a.j(Cond.E, none);
        a.orl(RDX, 1);
        a.bind(none);
    }

    private void hostCall() {
        a.movl(RAX, R12);
        a.syscall();
        a.cmp(RAX, -4095);
        a.j(Cond.AE, refused);
    }

    private void map() {
        Label noLower = new Label();
        a.test(RDI, RDI);
        a.j(Cond.NE, refused);
        a.mov(RAX, R10);
        a.and(RAX, ~MAP_STACK);
        a.cmp(RAX, PLAIN);
        a.j(Cond.NE, refused);
        a.test(R9, R9);
        a.j(Cond.NE, refused);
        a.testl(RSI, HUGE_PAGE_MASK);
        a.j(Cond.E, refused);
        a.cmp(RSI, area(Area.LEASE_HOLE));
        a.j(Cond.BE, refused);
        a.mov(RDI, area(Area.LEASE_TOP));
        a.sub(RDI, RSI);
        a.j(Cond.C, refused);
        a.cmp(RDI, area(Area.LEASE_LOW));
        a.j(Cond.C, refused);
        hostProtection();
        a.mov(R10, PLAIN_FIXED);
        a.mov(R8, -1);
        a.xorl(R9, R9);
        hostCall();
        a.mov(area(Area.LEASE_TOP), RDI);
        a.cmp(RDI, area(Area.LEASE_LOWEST));
        a.j(Cond.AE, noLower);
        a.mov(area(Area.LEASE_LOWEST), RDI);
        a.bind(noLower);
        a.mov(area(Area.RAX), RDI);
        a.shl(R13, 8);
        a.orl(R13, MemoryChanges.MAP);
        a.jmp(note);
    }

    private void unmap() {
        a.cmp(RDI, area(Area.LEASE_TOP));
        a.j(Cond.NE, refused);
        a.lea(R14, Mem.at(RDI, RSI, 1, 0));
        a.cmp(R14, area(Area.LEASE_END));
        a.j(Cond.A, refused);
        hostCall();
        a.mov(area(Area.LEASE_TOP), R14);
        a.mov(area(Area.RAX), 0);
        a.mov(R13, MemoryChanges.UNMAP);
        lastNote();
        a.j(Cond.NE, note);
        a.movzxb(RAX, Mem.at(RCX, Area.CHANGE));
        a.cmpl(RAX, MemoryChanges.MAP);
        a.j(Cond.NE, note);
        a.subl(RDX, 1);
        a.movl(area(Area.CHANGE_COUNT), RDX);
        a.jmp(done);
    }

    private void protect() {
        Label other = new Label(), granted = new Label();
        a.testl(RDI, 4095);
        a.j(Cond.NE, refused);
        a.mov(R14, RDI);
        a.add(R14, RSI);
        a.j(Cond.C, refused);
        a.cmp(RDI, area(Area.LEASE_TOP));
        a.j(Cond.C, other);
        a.cmp(R14, area(Area.LEASE_END));
        a.j(Cond.BE, granted);
        a.bind(other);
        a.cmp(RDI, area(Area.LEASE_FROM));
        a.j(Cond.C, refused);
        a.cmp(R14, area(Area.LEASE_TO));
        a.j(Cond.A, refused);
        a.bind(granted);
        hostProtection();
        hostCall();
        a.mov(area(Area.RAX), 0);
        a.shl(R13, 8);
        a.orl(R13, MemoryChanges.PROTECT);
        lastNote();
        a.j(Cond.NE, note);
        a.movzxb(RAX, Mem.at(RCX, Area.CHANGE));
        a.cmpl(RAX, MemoryChanges.PROTECT);
        a.j(Cond.NE, note);
        a.mov(Mem.at(RCX, Area.CHANGE), R13);
        a.jmp(done);
    }

    /** What lies below the heap asks where the break is. */
    private void moveBreak() {
        Label moved = new Label();
        a.mov(RAX, area(Area.LEASE_BRK));
        a.cmp(RDI, area(Area.LEASE_HEAP));
        a.j(Cond.AE, moved);
        a.mov(area(Area.RAX), RAX);
        a.jmp(done);
        a.bind(moved);
        a.cmp(RDI, RAX);
        a.j(Cond.C, refused);
        a.cmp(RDI, area(Area.LEASE_HEAP_END));
        a.j(Cond.A, refused);
        a.mov(area(Area.LEASE_BRK), RDI);
        a.mov(area(Area.RAX), RDI);
        a.xorl(RSI, RSI);
        a.mov(R13, MemoryChanges.BREAK);
        a.movl(RCX, area(Area.CHANGE_COUNT));
        a.lea(RCX, Mem.at(RCX, -1));
        a.cmpl(RCX, MemoryChanges.MOST); // also for none
        a.j(Cond.AE, note);
        a.shl(RCX, Area.CHANGE_SHIFT);
        a.add(RCX, RBX);
        a.movzxb(RAX, Mem.at(RCX, Area.CHANGE));
        a.cmpl(RAX, MemoryChanges.BREAK);
        a.j(Cond.NE, note);
        a.mov(Mem.at(RCX, Area.CHANGE + 8), RDI);
        a.jmp(done);
    }

    /** RDX becomes the number of notes, RCX the area plus the last note's distance; not equal unless that is about the range RDI, RSI. */
    private void lastNote() {
        Label not = new Label();
        a.movl(RDX, area(Area.CHANGE_COUNT));
        a.lea(RCX, Mem.at(RDX, -1));
        a.cmpl(RCX, MemoryChanges.MOST); // also for none
        a.j(Cond.AE, not);
        a.shl(RCX, Area.CHANGE_SHIFT);
        a.add(RCX, RBX);
        a.cmp(RDI, Mem.at(RCX, Area.CHANGE + 8));
        a.j(Cond.NE, not);
        a.cmp(RSI, Mem.at(RCX, Area.CHANGE + 16));
        a.bind(not);
    }

    /** Notes R13 of the range RDI, RSI. */
    private void note() {
        a.bind(note);
        a.movl(RDX, area(Area.CHANGE_COUNT));
        a.mov(RCX, RDX);
        a.cmpl(RCX, MemoryChanges.MOST); // guest code may write the count, but then it writes only here
        a.j(Cond.AE, done);
        a.shl(RCX, Area.CHANGE_SHIFT);
        a.add(RCX, RBX);
        a.mov(Mem.at(RCX, Area.CHANGE), R13);
        a.mov(Mem.at(RCX, Area.CHANGE + 8), RDI);
        a.mov(Mem.at(RCX, Area.CHANGE + 16), RSI);
        a.incl(area(Area.CHANGE_COUNT));
    }

    private void finish() {
        a.bind(done);
        a.lockAndl(area(Area.LEASE), ~BUSY);
        a.jmp(stub.exitFast);
        a.bind(refused);
        a.lockAndl(area(Area.LEASE), ~BUSY);
        a.mov(R11, State.SYSCALL);
        a.jmp(stub.post);
    }
}
