package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import umlaut.engine.AddressSpace;
import umlaut.engine.Reg;
import umlaut.engine.UserThread;
import umlaut.engine.x86.Label;

/** However an engine ends, its processes end with it. */
class EndTest {
    /** A child JVM that prints the host pids of its guests and then waits to be killed, guests running and asleep. */
    public static void main(String[] args) throws Exception {
        NativeEngine engine = NativeEngine.start();
        for (UserThread t : guests(engine)) {
            System.out.println(t.addressSpace().hostPid());
        }
        System.out.println("ready");
        Thread.sleep(60_000);
    }

    private static List<UserThread> guests(NativeEngine engine) {
        List<UserThread> guests = new ArrayList<>();
        GuestProgram p = new GuestProgram(engine);
        p.call(500);
        Label loop = p.a.here();
        p.a.jmp(loop);
        UserThread busy = p.start(engine);
        GuestProgram.runTo(busy, 500);
        UserThread child = busy.addressSpace().fork(busy);
        guests.add(busy);
        guests.add(child);
        Thread runner = new Thread(busy::resume);
        runner.setDaemon(true);
        runner.start();
        AddressSpace never = engine.newAddressSpace();
        UserThread fresh = never.newThread(null);
        fresh.setReg(Reg.RIP, GuestProgram.CODE);
        guests.add(fresh);
        return guests;
    }

    private static boolean isGone(long pid) {
        try {
            String status = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return status.contains(") Z ");
        } catch (IOException e) {
            return true;
        }
    }

    private static void awaitGone(List<Long> pids) throws InterruptedException {
        for (int i = 0; i < 100 && !pids.stream().allMatch(EndTest::isGone); i++) {
            Thread.sleep(10);
        }
        assertThat(pids).allMatch(EndTest::isGone);
    }

    @Test
    void killedJvmLeavesNoProcess() throws Exception {
        Process jvm = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<Long> pids = new ArrayList<>();
        try (BufferedReader out = jvm.inputReader()) {
            for (String line = out.readLine(); line != null && !line.equals("ready"); line = out.readLine()) {
                pids.add(Long.parseLong(line));
            }
            assertThat(pids).hasSize(3).noneMatch(EndTest::isGone);
        } finally {
            jvm.destroyForcibly();
        }
        assertThat(jvm.waitFor(10, TimeUnit.SECONDS)).isTrue();
        awaitGone(pids);
    }

    @Test
    void closedEngineLeavesNoProcess() throws Exception {
        NativeEngine engine = NativeEngine.start();
        List<UserThread> guests = guests(engine);
        List<Long> pids =
                guests.stream().map(t -> (long) t.addressSpace().hostPid()).toList();
        engine.close();
        awaitGone(pids);
        guests.forEach(t -> assertThat(t.resume()).isEqualTo(umlaut.engine.Trap.DEAD));
    }

    @Test
    void enginesAreIndependent() throws Exception {
        NativeEngine first = NativeEngine.start();
        NativeEngine second = NativeEngine.start();
        List<UserThread> guests = guests(second);
        first.close();
        assertThat(isGone(guests.getLast().addressSpace().hostPid())).isFalse();
        second.close();
    }
}
