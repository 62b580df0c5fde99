package umlaut.engine.process;

/**
 * What the stub copies into a thread's area on the way in, by system call number. An entry is 64 bits: three specs of 16 bits and, above
 * them, {@link #XSAVE}. A spec names the argument that points at the memory (bits 0 to 2), how its length is known (bits 3 and 4) and that length:
 * a path ends with its NUL; a struct has a fixed size (bits 5 to 15); a buffer's length is another argument (bits 5 to 7) shifted left (bits
 * 8 to 10). Specs are only hints for speed: memory not copied is read from the process.
 */
final class CopyTable {
    static final int SIZE = 512;

    /** Save vector state and FS base as well: the call may make a thread. */
    static final long XSAVE = 1L << 48;

    private static final int PATH = 1, FIXED = 2, COUNTED = 3;

    private final long[] entries = new long[SIZE];

    CopyTable() {
        paths();
        buffers();
        structs();
        for (int fork : new int[] {56, 57, 58, 435}) { // clone, fork, vfork, clone3
            entries[fork] |= XSAVE;
        }
    }

    /** The entry of a system call; 0 for none. */
    long entry(int nr) {
        return nr >= 0 && nr < SIZE ? entries[nr] : 0;
    }

    /** Specs of an entry. */
    static int specs(long entry) {
        long s = entry & 0xffff_ffff_ffffL;
        return s == 0 ? 0 : s >> 16 == 0 ? 1 : s >> 32 == 0 ? 2 : 3;
    }

    private static int path(int argument) {
        return argument | PATH << 3;
    }

    private static int fixed(int argument, int size) {
        return argument | FIXED << 3 | size << 5;
    }

    private static int counted(int argument, int lengthArgument, int shift) {
        return argument | COUNTED << 3 | lengthArgument << 5 | shift << 8;
    }

    private void add(int nr, int... specs) {
        for (int i = 0; i < specs.length; i++) {
            entries[nr] |= (long) specs[i] << 16 * i;
        }
    }

    private void paths() {
        // open stat lstat access execve truncate chdir mkdir rmdir creat unlink readlink chmod chown lchown mknod statfs chroot umount2
        for (int nr : new int[] {2, 4, 6, 21, 59, 76, 80, 83, 84, 85, 87, 89, 90, 92, 94, 133, 137, 161, 166, 319}) {
            add(nr, path(0));
        }
        for (int nr : new int[] {82, 86, 88, 191, 192}) { // rename link symlink getxattr lgetxattr
            add(nr, path(0), path(1));
        }
        // inotify_add_watch openat mkdirat mknodat fchownat newfstatat unlinkat readlinkat fchmodat faccessat execveat statx faccessat2 fchmodat2
        for (int nr : new int[] {254, 257, 258, 259, 260, 262, 263, 267, 268, 269, 322, 332, 439, 452}) {
            add(nr, path(1));
        }
        for (int nr : new int[] {264, 265, 316}) { // renameat linkat renameat2
            add(nr, path(1), path(3));
        }
        add(266, path(0), path(2)); // symlinkat
        add(280, path(1), fixed(2, 32)); // utimensat
        add(437, path(1), fixed(2, 24)); // openat2
        add(165, path(0), path(1), path(2)); // mount
    }

    private void buffers() {
        add(1, counted(1, 2, 0)); // write
        add(18, counted(1, 2, 0)); // pwrite64
        add(19, counted(1, 2, 4)); // readv
        add(20, counted(1, 2, 4)); // writev
        add(7, counted(0, 1, 3)); // poll
        add(271, counted(0, 1, 3), fixed(2, 16), fixed(3, 8)); // ppoll
        add(44, counted(1, 2, 0), counted(4, 5, 0)); // sendto
        add(42, counted(1, 2, 0)); // connect
        add(49, counted(1, 2, 0)); // bind
        add(54, counted(3, 4, 0)); // setsockopt
        add(203, counted(2, 1, 0)); // sched_setaffinity
    }

    private void structs() {
        add(13, fixed(1, 32)); // rt_sigaction
        add(14, fixed(1, 8)); // rt_sigprocmask
        add(35, fixed(0, 16)); // nanosleep
        add(38, fixed(1, 32)); // setitimer
        add(46, fixed(1, 56)); // sendmsg
        add(47, fixed(1, 56)); // recvmsg
        add(128, fixed(0, 8), fixed(2, 16)); // rt_sigtimedwait
        add(130, fixed(0, 8)); // rt_sigsuspend
        add(131, fixed(0, 24)); // sigaltstack
        add(223, fixed(2, 32)); // timer_settime
        add(230, fixed(2, 16)); // clock_nanosleep
        add(233, fixed(3, 12)); // epoll_ctl
        add(286, fixed(2, 32)); // timerfd_settime
        add(302, fixed(2, 16)); // prlimit64
        add(435, fixed(0, 88)); // clone3
    }
}
