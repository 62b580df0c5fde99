package umlaut.machine.console;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.Layouts;
import umlaut.host.Scratch;

/**
 * "pts" and "pty": a pseudoterminal of the host's, for screen(1) and the like to open; which one the kernel's log says (pty(7)). The BSD ones that "pty" once meant are no more, so that it is the same.
 */
final class PtyChannel implements Channel {
    private static final int FLAGS = Files.O_RDWR | Files.O_CLOEXEC | 0x100; // O_NOCTTY
    private static final long TIOCGPTN = 0x80045430L, TIOCSPTLCK = 0x40045431L;

    private final String word;
    private final Consumer<String> assigned;
    private String device = "";

    /** @param assigned told the terminal's name */
    PtyChannel(String word, Consumer<String> assigned) {
        this.word = word;
        this.assigned = assigned;
    }

    @Override
    public synchronized String text() {
        return device.isEmpty() ? word : word + ":" + device;
    }

    @Override
    public synchronized Wire connect() {
        int master = (int) Files.openat(Files.AT_FDCWD, Scratch.path("/dev/ptmx"), FLAGS, 0);
        if (master < 0) {
            throw new ChannelException(
                    "cannot open /dev/ptmx: " + Errno.of(-master).message());
        }
        MemorySegment number = Scratch.room();
        number.set(Layouts.INT, 0, 0);
        Files.ioctl(master, TIOCSPTLCK, number.address());
        Files.ioctl(master, TIOCGPTN, number.address());
        device = "/dev/pts/" + number.get(Layouts.INT, 0);
        // Held open, so that those who use it may come and go.
        int slave = (int) Files.openat(Files.AT_FDCWD, Scratch.path(device), FLAGS, 0);
        assigned.accept(device);
        return new Wire(master, master, false, true, Codec.NONE, () -> {
            Files.close(slave);
            Files.close(master);
        });
    }

    @Override
    public boolean comesBack() {
        return false;
    }

    @Override
    public void close() {}
}
