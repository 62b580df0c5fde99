package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import umlaut.engine.AddressSpace;
import umlaut.engine.EngineException;
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
        Thread.sleep(Long.MAX_VALUE);
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
        // However slow the host is: a test that hangs fails.
        while (!pids.stream().allMatch(EndTest::isGone)) {
            Thread.sleep(1);
        }
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
        jvm.waitFor();
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

    /**
     * A process that is killed while it forks may or may not have made a child. Either way nothing is left of it, and its slots of the area file are not in
     * two hands.
     */
    @Test
    void forksOfADyingProcessLeaveNothing() throws Exception {
        NativeEngine engine = NativeEngine.start();
        GuestProgram p = new GuestProgram(engine);
        p.call(500);
        Label loop = p.a.here();
        p.call(501);
        p.a.jmp(loop);
        for (int round = 0; round < 300; round++) {
            UserThread parent = p.start(engine);
            GuestProgram.runTo(parent, 500);
            Thread killer = new Thread(() -> parent.addressSpace().close());
            boolean alive = true;
            for (int i = 0; alive; i++) {
                if (i == round % 7) {
                    killer.start();
                }
                try {
                    UserThread child = parent.addressSpace().fork(parent);
                    GuestProgram.runTo(child, 501);
                    GuestProgram.end(child);
                } catch (EngineException e) {
                    alive = false;
                }
            }
            killer.join();
            parent.close();
        }
        // The zygote, and three for the pool with a thread each; what has been killed is reaped some time.
        while (engine.areas.inUse() > 7) {
            Thread.sleep(1);
        }
        UserThread last = p.start(engine);
        GuestProgram.runTo(last, 501);
        GuestProgram.end(last);
        engine.close();
    }
}
