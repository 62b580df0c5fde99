package umlaut.fs.sys;

import umlaut.abi.MountFlags;
import umlaut.fs.support.TreeDirectory;
import umlaut.fs.support.TreeFs;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.Inode;

/** The one sysfs of a kernel. */
public final class SysFs extends TreeFs {
    private final TreeDirectory root;

    SysFs(Kernel kernel, long device) {
        super("sysfs", device, false, MountFlags.SYSFS_MAGIC, false, kernel.clock);
        root = new TreeDirectory(this, null);
        root.fillLater(top -> fill(top, kernel));
    }

    private void fill(TreeDirectory top, Kernel kernel) {
        for (String name : new String[] {
            "block",
            "bus",
            "class",
            "class/block",
            "class/mem",
            "class/misc",
            "class/net",
            "class/tty",
            "dev/block",
            "dev/char",
            "devices/system",
            "devices/virtual",
            "firmware",
            "fs",
            "fs/cgroup",
            "fs/fuse/connections",
            "hypervisor",
            "kernel",
            "kernel/debug",
            "kernel/mm",
            "kernel/security",
            "kernel/tracing",
            "module",
            "power"
        }) {
            top.directory(name);
        }
        CpuTree.addTo(top.directory("devices/system"), kernel);
        KernelTree.addTo(top, kernel);
        memoryDevices();
        top.follow(kernel.sysFiles);
    }

    @Override
    public Inode root() {
        return root;
    }

    public TreeDirectory top() {
        return root;
    }

    /**
     * Shows a device without hardware: /sys/devices/virtual/CLASS/NAME with {@code dev} and {@code uevent}, and links
     * to it from its class and its number.
     *
     * @param kind "char" or "block"
     * @return its directory, for what else there is to show
     */
    public TreeDirectory addDevice(String kind, String className, String name, int major, int minor) {
        TreeDirectory device = addDevice(className, name);
        String number = major + ":" + minor;
        device.constant("dev", number + "\n");
        device.constant("uevent", "MAJOR=" + major + "\nMINOR=" + minor + "\nDEVNAME=" + name.replace('!', '/') + "\n");
        String path = "devices/virtual/" + className + "/" + name;
        root.directory("dev/" + kind).link(number, "../../" + path);
        if (kind.equals("block")) {
            root.directory("block").link(name, "../" + path);
        }
        return device;
    }

    /** As {@link #addDevice(String, String, String, int, int)}, for what has no number: network interfaces. */
    public TreeDirectory addDevice(String className, String name) {
        String path = "devices/virtual/" + className + "/" + name;
        TreeDirectory device = root.directory(path);
        device.link("subsystem", "../../../../class/" + className);
        device.directory("power").constant("control", "auto\n");
        root.directory("class/" + className).link(name, "../../" + path);
        return device;
    }

    /** The device has gone. */
    public void removeDevice(String className, String name) {
        root.directory("class/" + className).remove(name);
        root.directory("devices/virtual/" + className).remove(name);
        root.directory("block").remove(name);
    }

    private void memoryDevices() {
        String[] names = {"null", "zero", "full", "random", "urandom", "kmsg"};
        int[] minors = {3, 5, 7, 8, 9, 11};
        for (int i = 0; i < names.length; i++) {
            addDevice("char", "mem", names[i], 1, minors[i]);
        }
        addDevice("char", "tty", "tty", 5, 0);
        addDevice("char", "tty", "console", 5, 1).constant("active", "console\n");
        addDevice("char", "tty", "ptmx", 5, 2);
    }
}
