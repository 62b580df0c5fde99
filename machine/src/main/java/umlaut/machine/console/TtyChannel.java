package umlaut.machine.console;

import umlaut.abi.Errno;
import umlaut.host.Files;
import umlaut.host.Scratch;

/** "tty:/dev/ttyN": a terminal of the host's, as long as the guest has it open. */
final class TtyChannel implements Channel {
    private static final int FLAGS = Files.O_RDWR | Files.O_CLOEXEC | 0x100; // O_NOCTTY

    private final String device;

    TtyChannel(String device) {
        this.device = device;
    }

    @Override
    public String text() {
        return "tty:" + device;
    }

    @Override
    public Wire connect() {
        int fd = (int) Files.openat(Files.AT_FDCWD, Scratch.path(device), FLAGS, 0);
        if (fd < 0) {
            throw new ChannelException(
                    "cannot open '" + device + "': " + Errno.of(-fd).message());
        }
        return new Wire(fd, fd, true, true, Codec.NONE, () -> Files.close(fd));
    }

    @Override
    public boolean comesBack() {
        return false;
    }

    @Override
    public void close() {}
}
