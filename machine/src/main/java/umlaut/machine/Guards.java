package umlaut.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.Kernel;
import umlaut.kernel.cgroup.Cgroup;

/** Those who hold a machine to its limits: threads that look at what it uses. Limits may change while it runs. */
final class Guards implements AutoCloseable {
    private final Kernel kernel;
    private final MemoryGuard memory;
    private final CpuGovernor cpus;

    @GuardedBy("this") private MachineLimits limits = new MachineLimits(0, 0, 0);

    @GuardedBy("this") private @Nullable Thread memoryThread;

    @GuardedBy("this") private @Nullable Thread cpuThread;

    Guards(Kernel kernel) {
        this.kernel = kernel;
        memory = new MemoryGuard(kernel);
        cpus = new CpuGovernor(kernel);
    }

    /** @throws MachineException for what cannot be while it runs */
    synchronized void set(MachineLimits fresh) {
        if (fresh.pids() > kernel.config.pidsLimit()) {
            throw new MachineException("the limit of processes cannot be more than the " + kernel.config.pidsLimit()
                    + " that the guest was started with: stop and start it");
        }
        limits = fresh;
        memory.setLimit(fresh.memoryBytes());
        if (memoryThread == null) {
            memoryThread = Thread.ofPlatform().daemon().name("memory").start(memory);
        }
        cpus.setCpus(fresh.cpus() >= kernel.engine.cpu().cpus() ? 0 : fresh.cpus());
        if (fresh.cpus() > 0 && cpuThread == null) {
            cpuThread = Thread.ofPlatform().daemon().name("cpus").start(cpus);
        }
        kernel.cgroups.root().pidsMax = fresh.pids() > 0 ? fresh.pids() : Cgroup.UNLIMITED;
    }

    synchronized MachineLimits limits() {
        return limits;
    }

    @Override
    public synchronized void close() {
        if (memoryThread != null) {
            memoryThread.interrupt();
        }
        if (cpuThread != null) {
            cpuThread.interrupt();
        }
    }
}
