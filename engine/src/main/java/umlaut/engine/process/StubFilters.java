package umlaut.engine.process;

import umlaut.host.Bpf;
import umlaut.host.Syscall;

/**
 * The seccomp filters of stub processes. A system call from outside stub text always traps (SIGSYS). Guest code can jump into stub text with any
 * registers it likes, so what the guest threads' filter allows there must be harmless whatever its arguments. The service filter is set first and
 * stays in force under the guest's, so it allows all that the guest's does.
 */
final class StubFilters {
    private static final int HIGH_OF_TEXT = (int) (Layout.TEXT >> 32);
    private static final int HIGH_OF_TASK_SIZE = (int) (Layout.TASK_SIZE >> 32);
    private static final int CAPSET = 126;

    private StubFilters() {}

    private static Bpf onlyFromStub(int textSize) {
        return new Bpf()
                .load(Bpf.ARCH)
                .jumpIfEqual(Bpf.AUDIT_ARCH_X86_64, "x86_64")
                .jump("trap")
                .label("x86_64")
                .load(Bpf.IP_HIGH)
                .jumpIfEqual(HIGH_OF_TEXT, "high")
                .jump("trap")
                .label("high")
                .load(Bpf.IP_LOW)
                .jumpIfAtLeast(textSize, "trap")
                .load(Bpf.NR);
    }

    /** For the service thread, which runs only what the JVM wrote. */
    static byte[] service(int textSize) {
        Bpf bpf = onlyFromStub(textSize);
        int[] allowed = {
            Syscall.FUTEX,
            Syscall.MMAP,
            Syscall.MUNMAP,
            Syscall.MPROTECT,
            Syscall.RT_SIGRETURN,
            Syscall.MREMAP,
            Syscall.MADVISE,
            Syscall.CLONE,
            Syscall.CLOSE,
            Syscall.DUP3,
            Syscall.GETPPID,
            Syscall.GETPID,
            Syscall.MINCORE,
            Syscall.SCHED_YIELD,
            Syscall.EXIT_GROUP,
            Syscall.CLOSE_RANGE,
            Syscall.SIGALTSTACK,
            Syscall.ARCH_PRCTL,
            Syscall.RT_SIGPROCMASK,
            CAPSET,
            Syscall.SECCOMP,
            Syscall.SCHED_SETAFFINITY,
            Syscall.MEMBARRIER,
            Syscall.FUTEX_WAITV,
            Syscall.FUTEX_WAKE,
            Syscall.FUTEX_WAIT,
            Syscall.FUTEX_REQUEUE
        };
        for (int nr : allowed) {
            bpf.jumpIfEqual(nr, "allow");
        }
        bpf.jumpIfEqual(Syscall.OPENAT, "openat")
                .jumpIfEqual(Syscall.PRCTL, "prctl")
                .label("kill")
                .ret(Bpf.RET_KILL_PROCESS);
        // The path must stand in the order pages, which only the JVM can write.
        bpf.label("openat")
                .load(Bpf.argument(1) + 4)
                .jumpIfEqual((int) (Layout.ORDERS >> 32), "openatLow")
                .ret(Bpf.RET_KILL_PROCESS);
        bpf.label("openatLow").load(Bpf.argument(1)).jumpIfAtLeast((int) Layout.REPLY, "kill2");
        bpf.jumpIfAtLeast((int) Layout.ORDERS, "allow").label("kill2").ret(Bpf.RET_KILL_PROCESS);
        bpf.label("prctl").load(Bpf.argument(0)).jumpIfEqual(1, "allow").ret(Bpf.RET_KILL_PROCESS);
        return bpf.label("trap")
                .ret(Bpf.RET_TRAP)
                .label("allow")
                .ret(Bpf.RET_ALLOW)
                .assemble();
    }

    /** For guest threads. Not mremap: it can make a shared file mapping longer, and behind a file's pages lie another's. */
    static byte[] guest(int textSize) {
        Bpf bpf = onlyFromStub(textSize);
        bpf.jumpIfEqual(Syscall.FUTEX, "allow")
                .jumpIfEqual(Syscall.FUTEX_WAITV, "allow")
                .jumpIfEqual(Syscall.FUTEX_WAKE, "allow")
                .jumpIfEqual(Syscall.FUTEX_WAIT, "allow")
                .jumpIfEqual(Syscall.FUTEX_REQUEUE, "allow")
                .jumpIfEqual(Syscall.RT_SIGRETURN, "allow")
                .jumpIfEqual(Syscall.SCHED_YIELD, "allow")
                .jumpIfEqual(Syscall.MUNMAP, "range")
                .jumpIfEqual(Syscall.MPROTECT, "range")
                .jumpIfEqual(Syscall.MMAP, "mmap")
                .jumpIfEqual(Syscall.MADVISE, "madvise")
                .jumpIfEqual(Syscall.ARCH_PRCTL, "arch_prctl")
                .ret(Bpf.RET_KILL_PROCESS);
        bpf.label("mmap").load(Bpf.argument(3)).jumpIfAnyBit(0x20, "anonymous").ret(Bpf.RET_KILL_PROCESS);
        bpf.label("anonymous").load(Bpf.argument(4)).jumpIfEqual(-1, "range").ret(Bpf.RET_KILL_PROCESS);
        bpf.label("madvise").load(Bpf.argument(2)).jumpIfAtLeast(32, "kill").jump("range"); // not MADV_HWPOISON
        bpf.label("range").load(Bpf.argument(0) + 4).jumpIfAtLeast(HIGH_OF_TASK_SIZE, "kill");
        bpf.load(Bpf.argument(1) + 4).jumpIfEqual(0, "allow").jump("kill");
        bpf.label("arch_prctl").load(Bpf.argument(0)).jumpIfEqual(0x1002, "allow"); // ARCH_SET_FS
        return bpf.label("kill")
                .ret(Bpf.RET_KILL_PROCESS)
                .label("trap")
                .ret(Bpf.RET_TRAP)
                .label("allow")
                .ret(Bpf.RET_ALLOW)
                .assemble();
    }
}
