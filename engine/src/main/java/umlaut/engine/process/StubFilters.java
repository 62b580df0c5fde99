package umlaut.engine.process;

import umlaut.host.Bpf;
import umlaut.host.Syscall;

/**
 * The seccomp filter of all stub processes. A system call from outside stub text always traps (SIGSYS). Guest code can jump into stub text with any
 * registers it likes, so what is allowed to everybody there must be harmless whatever its arguments. All else needs the service threads' secret.
 */
final class StubFilters {
    private static final int HIGH_OF_TEXT = (int) (Layout.TEXT >> 32);
    private static final int HIGH_OF_TASK_SIZE = (int) (Layout.TASK_SIZE >> 32);
    private static final int CAPSET = 126;

    /** MADV_GUARD_INSTALL, MADV_GUARD_REMOVE. */
    private static final int GUARD_INSTALL = 102, GUARD_REMOVE = 103;

    private static final int[] HARMLESS = {
        Syscall.FUTEX,
        Syscall.FUTEX_WAITV,
        Syscall.FUTEX_WAKE,
        Syscall.FUTEX_WAIT,
        Syscall.FUTEX_REQUEUE,
        Syscall.RT_SIGRETURN,
        Syscall.SCHED_YIELD,
        Syscall.RSEQ
    };

    private static final int[] OF_SERVICE = {
        Syscall.MUNMAP,
        Syscall.MPROTECT,
        Syscall.MREMAP,
        Syscall.MADVISE,
        Syscall.CLONE,
        Syscall.CLOSE,
        Syscall.DUP3,
        Syscall.GETPPID,
        Syscall.GETPID,
        Syscall.MINCORE,
        Syscall.EXIT_GROUP,
        Syscall.CLOSE_RANGE,
        Syscall.SIGALTSTACK,
        Syscall.ARCH_PRCTL,
        CAPSET,
        Syscall.MEMBARRIER
    };

    private final Bpf bpf = new Bpf();
    private final StubImage image;
    private final ServiceSecret secret;

    private StubFilters(StubImage image, ServiceSecret secret) {
        this.image = image;
        this.secret = secret;
    }

    static byte[] assemble(StubImage image, ServiceSecret secret) {
        return new StubFilters(image, secret).assemble();
    }

    private byte[] assemble() {
        onlyFromStub();
        harmless();
        service();
        return bpf.label("trap")
                .ret(Bpf.RET_TRAP)
                .label("kill")
                .ret(Bpf.RET_KILL_PROCESS)
                .label("allow")
                .ret(Bpf.RET_ALLOW)
                .assemble();
    }

    private void onlyFromStub() {
        bpf.load(Bpf.ARCH)
                .jumpIfEqual(Bpf.AUDIT_ARCH_X86_64, "x86_64")
                .jump("trap")
                .label("x86_64")
                .load(Bpf.IP_HIGH)
                .jumpIfEqual(HIGH_OF_TEXT, "high")
                .jump("trap")
                .label("high")
                .load(Bpf.IP_LOW)
                .jumpIfAtLeast(image.codeSize, "trap");
    }

    /** Not mremap: it can make a shared file mapping longer, and behind a file's pages lie another's. */
    private void harmless() {
        bpf.load(Bpf.NR);
        for (int nr : HARMLESS) {
            bpf.jumpIfEqual(nr, "allow");
        }
        bpf.jumpIfEqual(Syscall.MMAP, "mmap")
                .jumpIfEqual(Syscall.MUNMAP, "range")
                .jumpIfEqual(Syscall.MPROTECT, "range")
                .jumpIfEqual(Syscall.MADVISE, "madvise")
                .jumpIfEqual(Syscall.ARCH_PRCTL, "arch_prctl")
                .jumpIfEqual(Syscall.RT_SIGPROCMASK, "rt_sigprocmask")
                .jump("service");
        bpf.label("mmap").load(Bpf.argument(3)).jumpIfAnyBit(0x20, "anonymous").jump("mmapOfService");
        bpf.label("anonymous")
                .load(Bpf.argument(4))
                .jumpIfEqual(-1, "mmapRange")
                .jump("mmapOfService");
        bpf.label("mmapRange").load(Bpf.argument(0) + 4).jumpIfAtLeast(HIGH_OF_TASK_SIZE, "mmapOfService");
        bpf.load(Bpf.argument(1) + 4).jumpIfEqual(0, "allow");
        bpf.label("mmapOfService");
        secret.checkMmap(bpf, "allow");
        bpf.jump("kill");
        bpf.label("madvise").load(Bpf.argument(2)).jumpIfEqual(GUARD_INSTALL, "range");
        bpf.jumpIfEqual(GUARD_REMOVE, "range").jumpIfAtLeast(32, "kill"); // not MADV_HWPOISON
        bpf.label("range").load(Bpf.argument(0) + 4).jumpIfAtLeast(HIGH_OF_TASK_SIZE, "service");
        bpf.load(Bpf.argument(1) + 4).jumpIfEqual(0, "allow").jump("service");
        bpf.label("arch_prctl")
                .load(Bpf.argument(0))
                .jumpIfEqual(0x1002, "allow")
                .jump("service"); // ARCH_SET_FS
        unblockingAll();
    }

    /** A new guest thread lets signals in when it has forgotten the secret. */
    private void unblockingAll() {
        bpf.label("rt_sigprocmask")
                .load(Bpf.argument(0))
                .jumpIfEqual(2, "setmask")
                .jump("kill");
        bpf.label("setmask")
                .load(Bpf.argument(1))
                .jumpIfEqual((int) image.noSignals, "maskLow")
                .jump("kill");
        bpf.label("maskLow")
                .load(Bpf.argument(1) + 4)
                .jumpIfEqual(HIGH_OF_TEXT, "mask")
                .jump("kill");
        bpf.label("mask").load(Bpf.argument(2)).jumpIfAnyBit(-1, "kill");
        bpf.load(Bpf.argument(2) + 4).jumpIfAnyBit(-1, "kill").jump("allow");
    }

    private void service() {
        bpf.label("service");
        secret.check(bpf, "known");
        bpf.jump("kill").label("known").load(Bpf.NR);
        for (int nr : OF_SERVICE) {
            bpf.jumpIfEqual(nr, "allow");
        }
        bpf.jumpIfEqual(Syscall.OPENAT, "openat")
                .jumpIfEqual(Syscall.PRCTL, "prctl")
                .jump("kill");
        // The path must stand in the order pages, which only the JVM can write.
        bpf.label("openat")
                .load(Bpf.argument(1) + 4)
                .jumpIfEqual((int) (Layout.ORDERS >> 32), "openatLow")
                .jump("kill");
        bpf.label("openatLow").load(Bpf.argument(1)).jumpIfAtLeast((int) Layout.REPLY, "kill");
        bpf.jumpIfAtLeast((int) Layout.ORDERS, "allow").jump("kill");
        bpf.label("prctl").load(Bpf.argument(0)).jumpIfEqual(1, "allow").jump("kill"); // PR_SET_PDEATHSIG
    }
}
