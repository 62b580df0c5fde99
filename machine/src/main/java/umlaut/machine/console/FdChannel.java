package umlaut.machine.console;

import org.jspecify.annotations.Nullable;
import umlaut.host.Files;

/** "fd:N": a descriptor that the machine was started with, for what comes and for what goes. */
final class FdChannel implements Channel {
    private static final int F_GETFD = 1;

    private final int fd;
    private boolean used;

    /** @throws ChannelException if it is no number */
    FdChannel(String argument) {
        if (!argument.matches("\\d{1,7}")) {
            throw new ChannelException("fd_init : couldn't parse file descriptor '" + argument + "'");
        }
        fd = Integer.parseInt(argument);
    }

    @Override
    public String text() {
        return "fd:" + fd;
    }

    @Override
    public @Nullable Wire connect() {
        if (used) {
            return null; // its end has come
        }
        if (Files.fcntl(fd, F_GETFD, 0) < 0) {
            throw new ChannelException("fd:" + fd + " is not open");
        }
        used = true;
        return new Wire(fd, fd, true, false, Codec.NONE, () -> {});
    }

    @Override
    public boolean immediate() {
        return true;
    }

    @Override
    public boolean comesBack() {
        return false;
    }

    @Override
    public void close() {}
}
