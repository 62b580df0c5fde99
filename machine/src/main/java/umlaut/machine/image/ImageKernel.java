package umlaut.machine.image;

import org.jspecify.annotations.Nullable;
import umlaut.block.BlockBackend;
import umlaut.block.BlockDevice;
import umlaut.block.BlockDevices;
import umlaut.engine.scripted.ScriptedEngine;
import umlaut.fs.ext4.Ext4Type;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelConfig;
import umlaut.kernel.KernelLog;
import umlaut.kernel.mm.HostPageStore;
import umlaut.kernel.time.HostClock;
import umlaut.kernel.trace.Tracer;
import umlaut.kernel.vfs.SuperBlock;

/** A kernel without programs, in which one ext4 is mounted and changed by Java code. */
final class ImageKernel implements BlockDevices.Nodes, AutoCloseable {
    private static final long MEMORY = 16L << 20;
    /** KERN_WARNING: what the file system says when something is wrong. */
    private static final int WARNING = 4;

    final Kernel kernel;
    final SuperBlock fs;
    private final BlockDevices devices;
    private volatile @Nullable String problem;

    /** @param backend holds an ext4; closed with this */
    ImageKernel(BlockBackend backend) {
        HostClock clock = new HostClock();
        kernel = new Kernel(
                new ScriptedEngine((fd, offset, length) -> {
                    throw new IllegalStateException("no programs here");
                }),
                new KernelConfig("image", "image", MEMORY, 1, 1),
                clock,
                new KernelLog(clock, this::note),
                new HostPageStore("image", MEMORY),
                Tracer.OFF);
        devices = new BlockDevices(kernel, this);
        BlockDevice disk = devices.attach(backend);
        // Nobody uses the image before it is finished, and a broken one is thrown away: nothing need be stable on the
        // way.
        fs = Ext4Type.mount(kernel, "ext4", devices, disk, "nobarrier", false);
    }

    private void note(KernelLog.Entry entry) {
        if (entry.level() <= WARNING && problem == null) {
            problem = entry.text();
        }
    }

    /** The first thing that went wrong; null: nothing. */
    @Nullable String problem() {
        return problem;
    }

    @Override
    public void make(String name, long device) {}

    @Override
    public void makeControl(String name, long device) {}

    @Override
    public void link(String name, String target) {}

    @Override
    public void remove(String name) {}

    @Override
    public void close() {
        devices.close();
        kernel.pages.close();
    }
}
