package umlaut.fs.tmpfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.Assertions;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.engine.scripted.ScriptedEngine;
import umlaut.kernel.Kernel;
import umlaut.kernel.KernelConfig;
import umlaut.kernel.KernelLog;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.mm.HostPageStore;
import umlaut.kernel.mm.IovIter;
import umlaut.kernel.time.Clock;
import umlaut.kernel.trace.Tracer;
import umlaut.kernel.vfs.DirectorySink;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Vfs;

/** A kernel whose root is a tmpfs, driven without a guest, as root and as two users. */
final class VfsFixture {
    static final long MEMORY = 1 << 22;

    final Kernel kernel;
    final Vfs vfs;
    final LookupContext root;
    final LookupContext alice;
    final LookupContext bob;

    VfsFixture() {
        Clock clock = new Clock() {
            @Override
            public long monotonicNs() {
                return System.nanoTime();
            }

            @Override
            public long realtimeNs() {
                return System.currentTimeMillis() * 1_000_000;
            }
        };
        kernel = new Kernel(
                new ScriptedEngine((fd, offset, length) -> {
                    throw new IllegalStateException("no host files");
                }),
                new KernelConfig("test", "guest", MEMORY, 2, 100),
                clock,
                new KernelLog(clock, entry -> {}),
                new HostPageStore("test", MEMORY),
                Tracer.OFF);
        vfs = kernel.vfs;
        vfs.register(new TmpFsType());
        vfs.mountRoot(new TmpFsType().mount(kernel, "root", "mode=755", vfs.anonymousDevice(), false), "root", 0);
        root = LookupContext.kernel(vfs.namespace());
        alice = root.as(Credentials.user(1000, 1000, new int[] {1000, 50}));
        bob = root.as(Credentials.user(1001, 1001, new int[] {1001}));
    }

    static void fails(Errno errno, Runnable call) {
        ErrnoException e = Assertions.catchThrowableOfType(ErrnoException.class, call::run);
        assertThat(e).as("expected " + errno).isNotNull();
        assertThat(e.errno()).isEqualTo(errno);
    }

    Inode inode(String path) {
        return vfs.lookup(root, path, 0).inode();
    }

    boolean exists(String path) {
        try {
            vfs.lookup(root, path, umlaut.abi.AtFlags.AT_SYMLINK_NOFOLLOW);
            return true;
        } catch (ErrnoException e) {
            return false;
        }
    }

    void file(LookupContext who, String path, int mode) {
        vfs.open(who, path, OpenFlags.O_CREAT | OpenFlags.O_WRONLY, mode).release();
    }

    void file(String path) {
        file(root, path, 0644);
    }

    void chmod(String path, int mode) {
        Inode inode = inode(path);
        inode.mode = inode.mode & ~07777 | mode;
    }

    /** Writes at an offset. @return bytes written, or -errno */
    @SuppressWarnings("NullAway") // regular files need no task
    static long write(File file, String text, long offset) {
        MemorySegment bytes = Arena.ofAuto().allocateFrom(text, StandardCharsets.ISO_8859_1);
        return file.write(null, new IovIter().kernel(bytes, 0, text.length()), offset);
    }

    @SuppressWarnings("NullAway") // regular files need no task
    static String read(File file, long offset, int length) {
        MemorySegment bytes = Arena.ofAuto().allocate(length);
        long n = file.read(null, new IovIter().kernel(bytes, 0, length), offset);
        return new String(
                bytes.asSlice(0, n).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), StandardCharsets.ISO_8859_1);
    }

    /** A listing, at most {@code room} entries a call. */
    static final class Listing implements DirectorySink {
        final List<String> names = new ArrayList<>();
        final File directory;
        private final int room;
        private int taken;

        Listing(File directory, int room) {
            this.directory = directory;
            this.room = room;
        }

        @SuppressWarnings("NullAway") // tmpfs needs no task
        Listing more() {
            taken = 0;
            directory.readDirectory(null, this);
            return this;
        }

        @Override
        public long position() {
            return directory.position();
        }

        @Override
        public boolean add(String name, long ino, int type, long next) {
            if (taken == room) {
                return false;
            }
            taken++;
            names.add(name);
            directory.setPosition(next);
            return true;
        }
    }

    Listing listing(String path, int room) {
        return new Listing(vfs.open(root, path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0), room);
    }
}
