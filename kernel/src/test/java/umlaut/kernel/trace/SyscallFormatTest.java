package umlaut.kernel.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import umlaut.abi.CloneFlags;
import umlaut.abi.Errno;
import umlaut.abi.Fcntl;
import umlaut.abi.FlagSets;
import umlaut.abi.Ioctl;
import umlaut.abi.Le;
import umlaut.abi.Mode;
import umlaut.abi.Nr;
import umlaut.abi.OpenFlags;
import umlaut.abi.Poll;
import umlaut.abi.Sigaction;
import umlaut.abi.Signal;
import umlaut.abi.SockConst;
import umlaut.abi.SockaddrIn;
import umlaut.abi.Stat;
import umlaut.abi.SyscallTable;
import umlaut.abi.Timespec;
import umlaut.engine.UserMemory;
import umlaut.kernel.signal.Restart;

/** Lines as strace 6.1 prints them; the expected texts were taken from it. */
class SyscallFormatTest {
    private static final long BASE = 0x7ff0_0000_0000L;

    private final SyscallFormat format = new SyscallFormat(SyscallTable.load(), FlagSets.load());
    private final byte[] bytes = new byte[16384];
    private final MemorySegment guest = MemorySegment.ofArray(bytes);

    private final UserMemory memory = new UserMemory() {
        @Override
        public long read(long address, MemorySegment to, long offset, long length) {
            long from = address - BASE;
            long count = from < 0 || from > bytes.length ? 0 : Math.min(length, bytes.length - from);
            MemorySegment.copy(guest, Math.max(from, 0) % (bytes.length + 1), to, offset, count);
            return count;
        }

        @Override
        public long write(long address, MemorySegment from, long offset, long length) {
            return 0;
        }
    };

    private long put(int at, String text) {
        byte[] raw = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(raw, 0, bytes, at, raw.length);
        bytes[at + raw.length] = 0;
        return BASE + at;
    }

    private String line(int number, long result, long... args) {
        long[] six = Arrays.copyOf(args, 6);
        @Nullable String[] entered = format.enter(number, six, memory);
        return format.exit(number, six, entered, memory, result);
    }

    @Test
    void paths() {
        long path = put(0, "/etc/passwd");
        assertThat(line(Nr.OPENAT, 3, -100, path, OpenFlags.O_CLOEXEC))
                .isEqualTo("openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3");
        assertThat(line(Nr.OPENAT, 3, 0xffff_ff9cL, path, OpenFlags.O_RDWR | OpenFlags.O_CREAT, 0644))
                .isEqualTo("openat(AT_FDCWD, \"/etc/passwd\", O_RDWR|O_CREAT, 0644) = 3");
        assertThat(line(Nr.ACCESS, Errno.ENOENT.negative(), path, 4))
                .isEqualTo("access(\"/etc/passwd\", R_OK)             = -1 ENOENT (No such file or directory)");
        assertThat(line(Nr.MKDIR, 0, put(0, "/tmp/st/x\n\"q"), 0755))
                .isEqualTo("mkdir(\"/tmp/st/x\\n\\\"q\", 0755)           = 0");
        assertThat(line(Nr.CHDIR, Errno.EFAULT.negative(), 0x1234))
                .isEqualTo("chdir(0x1234)                           = -1 EFAULT (Bad address)");
    }

    @Test
    void buffersAreCut() {
        long data = put(0, "01234567890123456789012345678901234567890");
        assertThat(line(Nr.WRITE, 40, 1, data, 40))
                .isEqualTo("write(1, \"01234567890123456789012345678901\"..., 40) = 40");
        assertThat(line(Nr.READ, 3, 0, put(0, "\177E\0001"), 4)).startsWith("read(0, \"\\177E\\0\", 4)");
        assertThat(line(Nr.READ, Errno.EAGAIN.negative(), 15, BASE, 10))
                .isEqualTo("read(15, 0x7ff000000000, 10)            = -1 EAGAIN (Resource temporarily unavailable)");
        assertThat(line(Nr.WRITE, 2, 1, put(0, "\0001"), 2)).startsWith("write(1, \"\\0001\", 2)");
        assertThat(line(Nr.READ, -Restart.ERESTARTSYS, 0, BASE, 1))
                .endsWith("= ? ERESTARTSYS (To be restarted if SA_RESTART is set)");
    }

    @Test
    void stat() {
        long path = put(0, "/dev/null");
        Le.putInt(guest, 256 + Stat.ST_MODE, Mode.S_IFCHR | 0666);
        Le.putLong(guest, 256 + Stat.ST_RDEV, 0x103);
        assertThat(line(Nr.NEWFSTATAT, 0, -100, path, BASE + 256, 0))
                .isEqualTo(
                        "newfstatat(AT_FDCWD, \"/dev/null\", {st_mode=S_IFCHR|0666, st_rdev=makedev(0x1, 0x3), ...}, 0)"
                                + " = 0");
        Le.putInt(guest, 256 + Stat.ST_MODE, Mode.S_IFREG | 0644);
        Le.putLong(guest, 256 + Stat.ST_SIZE, 1221);
        assertThat(line(Nr.FSTAT, 0, 3, BASE + 256))
                .isEqualTo("fstat(3, {st_mode=S_IFREG|0644, st_size=1221, ...}) = 0");
        assertThat(line(Nr.STAT, Errno.ENOENT.negative(), path, BASE + 256)).contains("\"/dev/null\", 0x7ff000000100)");
    }

    @Test
    void memoryCalls() {
        assertThat(line(Nr.MMAP, 0x7f7020e21000L, 0, 8192, 3, 0x22, -1, 0))
                .isEqualTo("mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f7020e21000");
        assertThat(line(Nr.MMAP, Errno.ENODEV.negative(), 0, 4096, 1, 1, 3, 0x1000))
                .isEqualTo("mmap(NULL, 4096, PROT_READ, MAP_SHARED, 3, 0x1000) = -1 ENODEV (No such device)");
        assertThat(line(Nr.BRK, 0x563390974000L, 0))
                .isEqualTo("brk(NULL)                               = 0x563390974000");
        assertThat(line(Nr.MPROTECT, 0, BASE, 4096, 0)).startsWith("mprotect(0x7ff000000000, 4096, PROT_NONE)");
    }

    @Test
    void signals() {
        Le.putLong(guest, Sigaction.SA_HANDLER, 0x55943ac08719L);
        Le.putLong(guest, Sigaction.SA_FLAGS, 0x14000000);
        Le.putLong(guest, Sigaction.SA_RESTORER, 0x7f7020c74050L);
        Le.putLong(guest, Sigaction.SA_MASK, ~(Signal.bit(32) | Signal.bit(33)));
        assertThat(line(Nr.RT_SIGACTION, 0, Signal.SIGUSR1, BASE, 0, 8))
                .isEqualTo("rt_sigaction(SIGUSR1, {sa_handler=0x55943ac08719, sa_mask=~[RTMIN RT_1],"
                        + " sa_flags=SA_RESTORER|SA_RESTART, sa_restorer=0x7f7020c74050}, NULL, 8) = 0");
        Le.putLong(guest, 0, Signal.bit(2) | Signal.bit(17) | Signal.bit(40));
        Le.putLong(guest, 8, 0);
        assertThat(line(Nr.RT_SIGPROCMASK, 0, 0, BASE, BASE + 8, 8))
                .isEqualTo("rt_sigprocmask(SIG_BLOCK, [INT CHLD RT_8], [], 8) = 0");
        assertThat(line(Nr.KILL, 0, -1, 9)).startsWith("kill(-1, SIGKILL)");
    }

    @Test
    void processes() {
        Le.putInt(guest, 0, 3 << 8);
        assertThat(line(Nr.WAIT4, 1665, -1, BASE, 0, 0))
                .isEqualTo("wait4(-1, [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], 0, NULL) = 1665");
        assertThat(line(Nr.WAIT4, Errno.ECHILD.negative(), -1, BASE, 0, 0))
                .contains("wait4(-1, 0x7ff000000000, 0, NULL)");
        long flags = CloneFlags.CLONE_CHILD_CLEARTID | CloneFlags.CLONE_CHILD_SETTID | Signal.SIGCHLD;
        assertThat(line(Nr.CLONE, 1666, flags, 0, 0, 0x7f7020c35a10L, 0))
                .isEqualTo("clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD,"
                        + " child_tidptr=0x7f7020c35a10) = 1666");
        long path = put(0, "/bin/true");
        Le.putLong(guest, 128, put(64, "true"));
        Le.putLong(guest, 136, put(80, "arg 2"));
        Le.putLong(guest, 144, 0);
        assertThat(line(Nr.EXECVE, 0, path, BASE + 128, BASE + 136))
                .isEqualTo("execve(\"/bin/true\", [\"true\", \"arg 2\"], 0x7ff000000088 /* 1 var */) = 0");
        long[] args = new long[6];
        assertThat(format.unfinished(Nr.EXIT_GROUP, format.enter(Nr.EXIT_GROUP, args, memory), "?"))
                .isEqualTo("exit_group(0)                           = ?");
    }

    @Test
    void waiting() {
        Le.putInt(guest, 0, 3);
        Le.putShort(guest, 4, Poll.POLLIN | Poll.POLLOUT);
        Le.putShort(guest, 6, Poll.POLLOUT);
        assertThat(line(Nr.POLL, 1, BASE, 1, -1))
                .isEqualTo("poll([{fd=3, events=POLLIN|POLLOUT}], 1, -1) = 1 ([{fd=3, revents=POLLOUT}])");
        assertThat(line(Nr.POLL, 0, BASE, 1, 0)).endsWith("= 0 (Timeout)");
        Le.putLong(guest, 8, 1 << 3 | 1 << 4);
        assertThat(line(Nr.PSELECT6, 2, 10, 0, BASE + 8, 0, 0, 0))
                .isEqualTo("pselect6(10, NULL, [3 4], NULL, NULL, NULL) = 2 (out [3 4])");
        Timespec.write(guest, 16, 0, 1000);
        assertThat(line(Nr.CLOCK_NANOSLEEP, 0, 0, 0, BASE + 16, BASE + 32))
                .isEqualTo("clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=1000}, 0x7ff000000020) = 0");
        assertThat(line(Nr.FUTEX, 0, 0x7ff527618a4cL, 129, 0x7fffffff, 0, 0, 0))
                .isEqualTo("futex(0x7ff527618a4c, FUTEX_WAKE_PRIVATE, 2147483647) = 0");
        Le.putInt(guest, 64, Poll.EPOLLOUT | Poll.EPOLLET);
        Le.putLong(guest, 68, 78187493530L);
        assertThat(line(Nr.EPOLL_CTL, 0, 5, 1, 3, BASE + 64))
                .isEqualTo("epoll_ctl(5, EPOLL_CTL_ADD, 3, {events=EPOLLOUT|EPOLLET,"
                        + " data={u32=878082202, u64=78187493530}}) = 0");
    }

    @Test
    void sockets() {
        SockaddrIn.write(guest, 0, 80, 0x7f000001);
        assertThat(line(Nr.CONNECT, Errno.ECONNREFUSED.negative(), 6, BASE, 16))
                .isEqualTo("connect(6, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr(\"127.0.0.1\")}, 16)"
                        + " = -1 ECONNREFUSED (Connection refused)");
        assertThat(line(Nr.SOCKET, 6, 2, 1 | SockConst.SOCK_CLOEXEC, 6))
                .isEqualTo("socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 6");
        Arrays.fill(bytes, 0, 32, (byte) 0);
        Le.putShort(guest, 0, SockConst.AF_INET6);
        Le.putNetShort(guest, 2, 53);
        Le.putByte(guest, 23, 1);
        assertThat(line(Nr.BIND, 0, 3, BASE, 28))
                .isEqualTo("bind(3, {sa_family=AF_INET6, sin6_port=htons(53), sin6_flowinfo=htonl(0),"
                        + " inet_pton(AF_INET6, \"::1\", &sin6_addr), sin6_scope_id=0}, 28) = 0");
        Le.putInt(guest, 0, 1);
        assertThat(line(Nr.SETSOCKOPT, 0, 6, 1, 2, BASE, 4))
                .startsWith("setsockopt(6, SOL_SOCKET, SO_REUSEADDR, [1], 4)");
        Le.putShort(guest, 32, SockConst.AF_UNIX);
        put(34, "\0tmp/n");
        assertThat(line(Nr.BIND, 0, 3, BASE + 32, 8))
                .isEqualTo("bind(3, {sa_family=AF_UNIX, sun_path=@\"tmp/n\"}, 8) = 0");
        Le.putLong(guest, 128, put(64, "hello"));
        Le.putLong(guest, 136, 5);
        Le.putLong(guest, 256 + 16, BASE + 128);
        Le.putLong(guest, 256 + 24, 1);
        assertThat(line(Nr.SENDMSG, 5, 3, BASE + 256, SockConst.MSG_NOSIGNAL))
                .isEqualTo("sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base=\"hello\", iov_len=5}],"
                        + " msg_iovlen=1, msg_controllen=0, msg_flags=0}, MSG_NOSIGNAL) = 5");
    }

    @Test
    void argumentsThatHangOnOthers() {
        assertThat(line(Nr.FCNTL, 2, 6, Fcntl.F_GETFL, 77))
                .isEqualTo("fcntl(6, F_GETFL)                       = 0x2 (flags O_RDWR)");
        assertThat(line(Nr.FCNTL, 0, 6, Fcntl.F_SETFD, 1)).startsWith("fcntl(6, F_SETFD, FD_CLOEXEC)");
        Le.putInt(guest, 0, 5);
        assertThat(line(Nr.IOCTL, 0, 3, Ioctl.FIONREAD, BASE)).startsWith("ioctl(3, FIONREAD, [5])");
        assertThat(line(Nr.IOCTL, Errno.ENOTTY.negative(), 0, Ioctl.TCGETS, BASE))
                .startsWith("ioctl(0, TCGETS, 0x7ff000000000)");
        assertThat(line(Nr.IOCTL, Errno.EBADF.negative(), 9, 0x12345, 7))
                .startsWith("ioctl(9, _IOC(_IOC_NONE, 0x23, 0x45, 0x1), 0x7)");
        assertThat(line(Nr.PRCTL, 0, 15, put(0, "newname"), 1, 2, 3)).startsWith("prctl(PR_SET_NAME, \"newname\")  ");
        assertThat(line(Nr.PIPE2, Errno.EMFILE.negative(), BASE, OpenFlags.O_CLOEXEC))
                .startsWith("pipe2(0x7ff000000000, O_CLOEXEC) ");
        assertThat(line(Nr.UMASK, 022, 022)).isEqualTo("umask(022)                              = 022");
        Le.putLong(guest, 0, 1L << 13);
        Le.putLong(guest, 8, -1);
        assertThat(line(Nr.PRLIMIT64, 0, 0, 3, 0, BASE))
                .isEqualTo("prlimit64(0, RLIMIT_STACK, NULL, {rlim_cur=8*1024, rlim_max=RLIM64_INFINITY}) = 0");
    }

    @Test
    void callsThatLinuxDoesNotHave() {
        assertThat(line(999, Errno.ENOSYS.negative(), 1, 2))
                .isEqualTo("syscall_0x3e7(0x1, 0x2, 0, 0, 0, 0)     = -1 ENOSYS (Function not implemented)");
    }

    @Test
    void everyCallSurvivesAnyArguments() {
        long[][] patterns = {{0, 0, 0, 0, 0, 0}, {-1, -1, -1, -1, -1, -1}, {BASE, BASE, BASE, BASE, BASE, BASE}};
        Arrays.fill(bytes, (byte) 0x41);
        for (int number = 0; number < Nr.COUNT; number++) {
            for (long[] args : patterns) {
                assertThat(line(number, 0, args)).contains(" = ");
                assertThat(line(number, 1L << 40, args)).contains(" = ");
                assertThat(line(number, Errno.EINVAL.negative(), args)).contains(" = -1 EINVAL");
            }
        }
    }
}
