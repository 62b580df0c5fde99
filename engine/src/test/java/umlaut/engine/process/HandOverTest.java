package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.process.GuestProgram.*;
import static umlaut.engine.x86.Gpr.*;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;
import umlaut.host.Layouts;

/** A guest's CPU state across every way into the kernel and back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HandOverTest {
    private static final int FLAGS = 0x8d5; // CF PF AF ZF SF OF
    private NativeEngine engine;

    @BeforeAll
    void start() {
        engine = NativeEngine.start();
    }

    @AfterAll
    void close() {
        engine.close();
    }

    private enum Form {
        MOV_BEFORE,
        CMP_BEHIND,
        NEVER_PATCHED
    }

    private static void systemCall(GuestProgram p, Form form, int nr) {
        switch (form) {
            case MOV_BEFORE -> p.call(nr);
            case CMP_BEHIND -> {
                p.a.mov(RAX, nr);
                p.a.nop();
                p.a.syscall();
                p.a.bytes(0x4d, 0x89, 0xff); // mov %r15,%r15
            }
            case NEVER_PATCHED -> {
                p.a.mov(RAX, nr);
                p.a.nop();
                p.a.syscall();
                p.a.nop();
                p.a.nop();
                p.a.nop();
            }
        }
    }

    /** Loads everything, makes a call, dumps everything, and again. */
    private UserThread stateProgram(Form form) {
        GuestProgram p = new GuestProgram(engine);
        Label loop = p.a.here();
        p.loadVectors();
        p.a.mov(RAX, FLAGS | 2);
        p.a.push(RAX);
        p.loadGeneral();
        p.a.popfq();
        systemCall(p, form, 500);
        p.a.push(RAX);
        p.a.mov(absolute(REGISTERS + 0x100), RBX);
        p.a.pushfq();
        p.a.pop(RAX);
        p.a.mov(absolute(REGISTERS + 0x200), RAX);
        p.a.pop(RAX);
        p.dumpGeneral();
        p.dumpVectors();
        p.call(501);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        poke(t, DATA + IMAGE, image(engine, 7));
        return t;
    }

    private void checkDump(UserThread t) {
        for (Gpr r : GENERAL) {
            if (r != RAX && r != RCX && r != R11) {
                assertThat(peekLong(t, DATA + REGISTERS + 8 * r.ordinal()))
                        .as(r.name())
                        .isEqualTo(value(r));
            }
        }
        assertThat(peekLong(t, DATA + REGISTERS + 8 * RAX.ordinal())).isEqualTo(4242);
        assertThat(peekLong(t, DATA + REGISTERS + 8 * RSP.ordinal())).isEqualTo(STACK);
        assertThat(peekLong(t, DATA + REGISTERS + 0x200) & FLAGS).isEqualTo(FLAGS);
        assertThat(sameVectors(
                        image(engine, 7), peek(t, DATA + DUMP, engine.cpu().xsaveSize())))
                .isTrue();
        poke(t, DATA + DUMP, new byte[0x2000]);
    }

    private void checkForm(Form form) throws InterruptedException {
        UserThread t = stateProgram(form);
        for (int round = 0; round < 200; round++) {
            runTo(t, 500);
            for (Gpr r : GENERAL) {
                if (r != RAX && r != RCX && r != R11) {
                    assertThat(t.reg(index(r))).as(r.name()).isEqualTo(value(r));
                }
            }
            assertThat(t.reg(Reg.RCX)).isEqualTo(t.reg(Reg.RIP));
            t.setReg(Reg.RAX, 4242);
            if (round % 3 == 1) {
                t.setReg(Reg.RFLAGS, t.reg(Reg.RFLAGS)); // a full return
            }
            runTo(t, 501);
            checkDump(t);
            t.setReg(Reg.RAX, 0);
            if (round == 100) {
                awaitPatch(t);
            }
        }
        boolean patched = ((NativeAddressSpace) t.addressSpace()).texts.at(CODE + 1).patched != null;
        assertThat(patched).isTrue(); // call 501 always is
        end(t);
    }

    /** Waits for the patched copy, which is made in the background; the next calls take it over. */
    private static void awaitPatch(UserThread t) throws InterruptedException {
        Texts texts = ((NativeAddressSpace) t.addressSpace()).texts;
        while (texts.at(CODE + 1).entry.patched() == null) {
            Thread.sleep(1);
        }
    }

    private static int index(Gpr r) {
        return switch (r) {
            case RAX -> Reg.RAX;
            case RBX -> Reg.RBX;
            case RCX -> Reg.RCX;
            case RDX -> Reg.RDX;
            case RSI -> Reg.RSI;
            case RDI -> Reg.RDI;
            case RBP -> Reg.RBP;
            case RSP -> Reg.RSP;
            default -> Reg.R8 + r.ordinal() - R8.ordinal();
        };
    }

    /** XRSTOR faults where an image's end is not mapped, even if it need not look there. */
    @Test
    void freshVectorsAreThereToTheirEnd() {
        long end = engine.image.freshVectors + engine.cpu().xsaveSize();
        assertThat(end).isLessThanOrEqualTo(Layout.TEXT + engine.image.bytes.length);
    }

    @Test
    void movBeforeSyscall() throws InterruptedException {
        checkForm(Form.MOV_BEFORE);
    }

    @Test
    void displacedInstructionBehindSyscall() throws InterruptedException {
        checkForm(Form.CMP_BEHIND);
    }

    @Test
    void unpatchedSyscall() throws InterruptedException {
        checkForm(Form.NEVER_PATCHED);
    }

    @Test
    void restartedCallRunsAgain() throws InterruptedException {
        for (Form form : Form.values()) {
            UserThread t = stateProgram(form);
            for (int round = 0; round < 120; round++) {
                runTo(t, 500);
                t.setReg(Reg.RIP, t.reg(Reg.RIP) - 2);
                assertThat(t.resume()).isEqualTo(Trap.SYSCALL);
                assertThat(t.reg(Reg.RAX)).isEqualTo(500);
                t.setReg(Reg.RAX, 4242);
                runTo(t, 501);
                checkDump(t);
                if (round == 60) {
                    awaitPatch(t);
                }
            }
            end(t);
        }
    }

    @Test
    void faultsCarryTheirInformationAndResume() {
        GuestProgram p = new GuestProgram(engine);
        p.loadVectors();
        p.loadGeneral();
        p.a.mov(RSI, 0xdead_b000L);
        int at = p.a.size();
        p.a.mov(RDI, Mem.at(RSI, 0x123));
        p.dumpGeneral();
        p.dumpVectors();
        p.call(501);
        p.a.ud2();
        UserThread t = p.start(engine);
        poke(t, DATA + IMAGE, image(engine, 9));
        assertThat(t.resume()).isEqualTo(Trap.FAULT);
        assertThat(t.faultSignal()).isEqualTo(11);
        assertThat(t.faultCode()).isEqualTo(1);
        assertThat(t.faultAddress()).isEqualTo(0xdead_b123L);
        assertThat(t.faultTrapNumber()).isEqualTo(14);
        assertThat(t.faultErrorCode()).isEqualTo(4);
        assertThat(t.reg(Reg.RIP)).isEqualTo(CODE + at);
        t.addressSpace().mapAnonymous(t, 0xdead_b000L, 4096, 3, false);
        runTo(t, 501);
        assertThat(peekLong(t, DATA + REGISTERS + 8 * RCX.ordinal())).isEqualTo(value(RCX));
        assertThat(peekLong(t, DATA + REGISTERS + 8 * R11.ordinal())).isEqualTo(value(R11));
        assertThat(peekLong(t, DATA + REGISTERS + 8 * RDI.ordinal())).isZero();
        assertThat(sameVectors(
                        image(engine, 9), peek(t, DATA + DUMP, engine.cpu().xsaveSize())))
                .isTrue();
        assertThat(t.resume()).isEqualTo(Trap.FAULT);
        assertThat(t.faultSignal()).isEqualTo(4);
        end(t);
    }

    @Test
    void impossibleAddressIsTheGuestsFault() {
        GuestProgram p = new GuestProgram(engine);
        p.call(500);
        UserThread t = p.start(engine);
        for (boolean full : new boolean[] {false, true}) {
            t.setReg(Reg.RIP, CODE);
            runTo(t, 500);
            t.setReg(Reg.RIP, 0x1234_5678_9abc_def0L);
            if (full) {
                t.setReg(Reg.RFLAGS, 0x202);
            }
            assertThat(t.resume()).isEqualTo(Trap.FAULT);
            assertThat(t.faultSignal()).isEqualTo(11);
            assertThat(t.reg(Reg.RIP)).isEqualTo(0x1234_5678_9abc_def0L);
        }
        end(t);
    }

    @Test
    void vectorStateIsSavedLoadedAndReset() {
        GuestProgram p = new GuestProgram(engine);
        p.loadVectors();
        Label loop = p.a.here();
        p.call(500);
        p.dumpVectors();
        p.call(501);
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        int size = engine.cpu().xsaveSize();
        poke(t, DATA + IMAGE, image(engine, 3));
        runTo(t, 500);
        int saved = 0x2000;
        assertThat(t.saveVectorState(DATA + saved)).isTrue();
        runTo(t, 501);
        assertThat(sameVectors(image(engine, 3), peek(t, DATA + saved, size))).isTrue();
        assertThat(sameVectors(image(engine, 3), peek(t, DATA + DUMP, size))).isTrue();
        assertThat(t.saveVectorState(Layout.TASK_SIZE)).isFalse();
        assertThat(t.saveVectorState(DATA + 0x100_0000)).isTrue();
        assertThat(t.resume()).isEqualTo(Trap.ORDER_FAILED);
        assertThat(t.failedOrder()).isEqualTo(-14);
        runTo(t, 500);
        poke(t, DATA + IMAGE, image(engine, 5));
        assertThat(t.loadVectorState(DATA + IMAGE)).isTrue();
        runTo(t, 501);
        assertThat(sameVectors(image(engine, 5), peek(t, DATA + DUMP, size))).isTrue();
        byte[] bad = image(engine, 6);
        bad[520] = 1; // XCOMP_BV
        poke(t, DATA + IMAGE, bad);
        runTo(t, 500);
        assertThat(t.loadVectorState(DATA + IMAGE)).isTrue();
        assertThat(t.resume()).isEqualTo(Trap.ORDER_FAILED);
        assertThat(t.failedOrder()).isNegative();
        t.resetVectorState();
        runTo(t, 501);
        MemorySegment dump = MemorySegment.ofArray(peek(t, DATA + DUMP, size));
        assertThat(dump.get(Layouts.INT, 24)).isEqualTo(0x1f80);
        assertThat(dump.get(Layouts.LONG, 512) & 0xe6).isZero();
        end(t);
    }
}
