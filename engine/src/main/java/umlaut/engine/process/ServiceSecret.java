package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import java.lang.foreign.MemorySegment;
import umlaut.engine.x86.Assembler;
import umlaut.host.Bpf;
import umlaut.host.HostCalls;
import umlaut.host.HostException;
import umlaut.host.Layouts;
import umlaut.host.Scratch;
import umlaut.host.Syscall;

/**
 * What tells a service thread's system calls from those that guest code makes by jumping into stub text: 64 random bits, an engine's own, that service threads have in RSP (they have no stack) and
 * show with every call. One seccomp filter then does for both kinds of thread.
 *
 * <p>It stands in no memory of any stub process: it comes with the boot program, which is unmapped before there is a guest; a service thread takes no signals, so that no frame of its registers is ever
 * written, and orders do not hold it; a new guest thread forgets it while all its signals are still blocked. A wrong guess ends the process, and the filter compares in one step, so that half a guess
 * looks like any other.
 *
 * <p>It is shown as the sixth argument. mmap(2), the one call of a service thread that has six, shows it in the upper halves of the access bits and of the descriptor: both are of type int, so that
 * Linux must not look at these.
 */
record ServiceSecret(int low, int high) {
    static ServiceSecret random() {
        MemorySegment room = Scratch.room();
        HostException.check("getrandom", HostCalls.call(Syscall.GETRANDOM, room.address(), 8, 0));
        ServiceSecret secret = new ServiceSecret(room.get(Layouts.INT, 0), room.get(Layouts.INT, 4));
        room.asSlice(0, 8).fill((byte) 0);
        return secret;
    }

    /** For the boot program. */
    void load(Assembler a) {
        a.mov(RSP, (long) high << 32 | low & 0xffffffffL);
    }

    /** Before a service thread's system call. */
    static void show(Assembler a) {
        a.mov(R9, RSP);
    }

    /** Before its mmap(2). RCX is spoilt, as by the call itself. */
    static void showToMmap(Assembler a) {
        a.mov(RCX, RSP);
        a.shl(RCX, 32);
        a.movl(RDX, RDX);
        a.or(RDX, RCX);
        a.mov(RCX, RSP);
        a.shr(RCX, 32);
        a.shl(RCX, 32);
        a.movl(R8, R8);
        a.or(R8, RCX);
    }

    /** In a new guest thread, whose other registers never held it. Signals must still be blocked. */
    static void forget(Assembler a) {
        a.xorl(RSP, RSP);
        a.xorl(R9, R9);
        a.xorl(RCX, RCX);
    }

    /** Continues a filter: jumps if the call shows the secret, and else goes on. */
    void check(Bpf filter, String whenShown) {
        compare(filter, Bpf.argument(5), Bpf.argument(5) + 4, whenShown);
    }

    /** As {@link #check}, for mmap(2). */
    void checkMmap(Bpf filter, String whenShown) {
        compare(filter, Bpf.argument(2) + 4, Bpf.argument(4) + 4, whenShown);
    }

    private void compare(Bpf filter, int atLow, int atHigh, String whenEqual) {
        filter.load(atLow).xor(low).toIndex();
        filter.load(atHigh).xor(high).orIndex().jumpIfEqual(0, whenEqual);
    }

    @Override
    public String toString() {
        return "secret";
    }
}
