package umlaut.fs.devpts;

import org.jspecify.annotations.Nullable;
import umlaut.abi.DirentType;
import umlaut.abi.Mode;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.task.Task;
import umlaut.kernel.tty.Ptys;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.Path;

/** The only directory of devpts: ptmx and a node for each pty. */
final class DevPtsDirectory extends Inode {
    private final DevPts fs;

    DevPtsDirectory(DevPts fs) {
        super(fs, DevPts.ROOT_INO, Mode.S_IFDIR | 0755);
        this.fs = fs;
        nlink = 2;
        long now = fs.kernel.clock.realtimeNs();
        atime = now;
        mtime = now;
        ctime = now;
        btime = now;
    }

    @Override
    public @Nullable Inode lookup(String name) {
        if (name.equals("ptmx")) {
            return fs.ptmx();
        }
        int number = number(name);
        return number < 0 ? null : fs.node(number);
    }

    /** A name is a number in plain decimal, or nothing. */
    private static int number(String name) {
        if (name.isEmpty() || name.length() > 7 || name.length() > 1 && name.charAt(0) == '0') {
            return -1;
        }
        int n = 0;
        for (int i = 0; i < name.length(); i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            n = n * 10 + digit;
        }
        return n;
    }

    @Override
    public File open(@Nullable Task task, Path path, int flags) {
        return new Listing(path, flags, task == null ? Credentials.ROOT : task.credentials());
    }

    /** Positions: 0 ".", 1 "..", 2 ptmx, then 3 + number. */
    private final class Listing extends File {
        private static final int FIRST = 3;

        Listing(Path path, int flags, Credentials credentials) {
            super(path, flags, credentials);
        }

        @Override
        public Inode inode() {
            return DevPtsDirectory.this;
        }

        @Override
        public boolean seekable() {
            return true;
        }

        @Override
        public void readDirectory(Task task, DirectorySink sink) {
            if (!sink.addDots(ino, ino)) {
                return;
            }
            long at = sink.behindDots();
            if (at == 2 && !sink.add("ptmx", DevPts.PTMX_INO, DirentType.DT_CHR, ++at)) {
                return;
            }
            for (Ptys.Pty pty : fs.ptys.all()) {
                long place = FIRST + pty.number();
                if (place >= at && !sink.add(Integer.toString(pty.number()), place, DirentType.DT_CHR, place + 1)) {
                    return;
                }
            }
        }
    }
}
