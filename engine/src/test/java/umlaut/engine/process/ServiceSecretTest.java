package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.engine.process.GuestProgram.*;
import static umlaut.engine.x86.Gpr.*;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import umlaut.engine.Reg;
import umlaut.engine.Trap;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;

/** The service threads' secret: calls without it end the process, and guests find it nowhere. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceSecretTest {
    private static final Gpr[] ARGUMENTS = {RDI, RSI, RDX, R10, R8, R9};

    private NativeEngine engine;

    @BeforeAll
    void start() {
        engine = NativeEngine.start();
    }

    @AfterAll
    void close() {
        engine.close();
    }

    private List<Long> stubSystemCalls() {
        List<Long> places = new ArrayList<>();
        byte[] text = engine.image.bytes;
        for (int i = 0; i + 1 < engine.image.codeSize; i++) {
            if (text[i] == 0x0f && text[i + 1] == 0x05) {
                places.add(Layout.TEXT + i);
            }
        }
        return places;
    }

    /** Jumps to {@code place} with a call's registers, and {@code guess} where service threads have and show the secret. */
    private Trap jump(long place, long guess, long nr, long... arguments) {
        GuestProgram p = new GuestProgram(engine);
        for (int i = 0; i < arguments.length; i++) {
            p.a.mov(ARGUMENTS[i], arguments[i]);
        }
        p.a.mov(RSP, guess);
        p.a.mov(R11, place);
        p.a.mov(RAX, nr);
        p.a.jmp(R11);
        UserThread t = p.start(engine);
        Trap trap = t.resume();
        end(t);
        return trap;
    }

    @Test
    void everySystemCallInstructionWantsIt() {
        for (long place : stubSystemCalls()) {
            for (long guess : new long[] {0, -1, Layout.ORDERS}) {
                long high = guess & 0xffff_ffff_0000_0000L;
                long low = guess << 32;
                assertThat(jump(place, guess, 56, 17, 0, 0, 0, 0, guess)) // clone
                        .as("clone at %x with %x", place, guess)
                        .isEqualTo(Trap.DEAD);
                assertThat(jump(place, guess, 9, 0x1000_0000, 4096, low | 3, 0x11, high, 0)) // mmap of the areas
                        .as("mmap at %x with %x", place, guess)
                        .isEqualTo(Trap.DEAD);
            }
        }
    }

    @Test
    void guestsCannotChangeTheirSignalMaskButToUnblockAll() {
        long place = stubSystemCalls().getFirst();
        for (long[] arguments : new long[][] {
            {0, engine.image.noSignals, 0, 8}, // SIG_BLOCK
            {2, engine.image.allSignals, 0, 8},
            {2, DATA, 0, 8},
            {2, engine.image.noSignals, DATA, 8},
        }) {
            assertThat(jump(place, 0, 14, arguments)).isEqualTo(Trap.DEAD);
        }
    }

    /** Threads and children that have just been made, interrupted meanwhile, leave nothing of it. */
    @Test
    void itStandsInNoMemoryThatGuestsCanRead() throws Exception {
        GuestProgram p = new GuestProgram(engine);
        p.call(57);
        p.call(56);
        Label loop = p.a.here();
        p.a.jmp(loop);
        UserThread t = p.start(engine);
        runTo(t, 57);
        UserThread child = t.addressSpace().fork(t);
        runTo(child, 56);
        for (UserThread each : new UserThread[] {t, child}) {
            for (int i = 0; i < 20; i++) {
                UserThread thread = each.addressSpace().newThread(each);
                thread.setReg(Reg.RIP, CODE + 0x100); // zeros: a fault
                thread.interrupt();
                assertThat(thread.resume()).isIn(Trap.INTERRUPT, Trap.FAULT);
            }
            int pid = each.addressSpace().hostPid();
            long secret = stackPointer(pid);
            assertThat(secret >>> 32).isNotZero();
            assertThat(secret & 0xffff_ffffL).isNotZero();
            assertThat(found(pid, secret)).as("places of the secret").isEmpty();
        }
        end(child);
        end(t);
    }

    /** Of the service thread, once it sleeps. See proc_pid_syscall(5). */
    private static long stackPointer(int pid) throws Exception {
        for (; ; ) {
            String[] words = Files.readString(Path.of("/proc/" + pid + "/syscall"))
                    .strip()
                    .split(" ");
            if (words.length == 9) {
                assertThat(words[6]).as("sixth argument").isEqualTo(words[7]);
                return Long.parseUnsignedLong(words[7].substring(2), 16);
            }
            Thread.sleep(1);
        }
    }

    /** Where all of it stands, or, in the stub's own pages, half of it. */
    private static List<String> found(int pid, long secret) throws IOException {
        List<String> found = new ArrayList<>();
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"))) {
                String[] words = line.split("[- ]");
                long start = Long.parseUnsignedLong(words[0], 16);
                long end = Long.parseUnsignedLong(words[1], 16);
                if (!words[2].startsWith("r") || line.contains("[v")) {
                    continue;
                }
                byte[] bytes = new byte[(int) (end - start)];
                memory.seek(start);
                memory.readFully(bytes);
                ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                for (int i = 0; i + 8 <= bytes.length; i++) {
                    boolean half = start >= Layout.TEXT
                            && (i & 3) == 0
                            && (b.getInt(i) == (int) secret || b.getInt(i) == (int) (secret >>> 32));
                    if (half || b.getLong(i) == secret) {
                        found.add(line + " + " + Integer.toHexString(i));
                    }
                }
            }
        }
        return found;
    }
}
