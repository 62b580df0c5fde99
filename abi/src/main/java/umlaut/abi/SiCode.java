package umlaut.abi;

/**
 * Reasons in {@code si_code} of a siginfo: where a signal came from, or what kind of fault it reports.
 *
 * <p>Linux: {@code include/uapi/asm-generic/siginfo.h}; man page: sigaction(2).
 */
public final class SiCode {
    // Any signal

    public static final int SI_USER = 0;
    public static final int SI_KERNEL = 128;
    public static final int SI_QUEUE = -1;
    public static final int SI_TIMER = -2;
    public static final int SI_MESGQ = -3;
    public static final int SI_ASYNCIO = -4;
    public static final int SI_SIGIO = -5;
    public static final int SI_TKILL = -6;
    public static final int SI_DETHREAD = -7;
    public static final int SI_ASYNCNL = -60;

    // SIGILL

    public static final int ILL_ILLOPC = 1;
    public static final int ILL_ILLOPN = 2;
    public static final int ILL_ILLADR = 3;
    public static final int ILL_ILLTRP = 4;
    public static final int ILL_PRVOPC = 5;
    public static final int ILL_PRVREG = 6;
    public static final int ILL_COPROC = 7;
    public static final int ILL_BADSTK = 8;
    public static final int ILL_BADIADDR = 9;

    // SIGFPE

    public static final int FPE_INTDIV = 1;
    public static final int FPE_INTOVF = 2;
    public static final int FPE_FLTDIV = 3;
    public static final int FPE_FLTOVF = 4;
    public static final int FPE_FLTUND = 5;
    public static final int FPE_FLTRES = 6;
    public static final int FPE_FLTINV = 7;
    public static final int FPE_FLTSUB = 8;
    public static final int FPE_FLTUNK = 14;
    public static final int FPE_CONDTRAP = 15;

    // SIGSEGV

    public static final int SEGV_MAPERR = 1;
    public static final int SEGV_ACCERR = 2;
    public static final int SEGV_BNDERR = 3;
    public static final int SEGV_PKUERR = 4;
    public static final int SEGV_ACCADI = 5;
    public static final int SEGV_ADIDERR = 6;
    public static final int SEGV_ADIPERR = 7;
    public static final int SEGV_MTEAERR = 8;
    public static final int SEGV_MTESERR = 9;

    // SIGBUS

    public static final int BUS_ADRALN = 1;
    public static final int BUS_ADRERR = 2;
    public static final int BUS_OBJERR = 3;
    public static final int BUS_MCEERR_AR = 4;
    public static final int BUS_MCEERR_AO = 5;

    // SIGTRAP

    public static final int TRAP_PERF_FLAG_ASYNC = 1;
    public static final int TRAP_BRKPT = 1;
    public static final int TRAP_TRACE = 2;
    public static final int TRAP_BRANCH = 3;
    public static final int TRAP_HWBKPT = 4;
    public static final int TRAP_UNK = 5;
    public static final int TRAP_PERF = 6;

    // SIGCHLD

    public static final int CLD_EXITED = 1;
    public static final int CLD_KILLED = 2;
    public static final int CLD_DUMPED = 3;
    public static final int CLD_TRAPPED = 4;
    public static final int CLD_STOPPED = 5;
    public static final int CLD_CONTINUED = 6;

    // SIGPOLL

    public static final int POLL_IN = 1;
    public static final int POLL_OUT = 2;
    public static final int POLL_MSG = 3;
    public static final int POLL_ERR = 4;
    public static final int POLL_PRI = 5;
    public static final int POLL_HUP = 6;

    // SIGSYS

    public static final int SYS_SECCOMP = 1;
    public static final int SYS_USER_DISPATCH = 2;

    // SIGEMT

    public static final int EMT_TAGOVF = 1;

    // timer_create: sigev_notify

    public static final int SIGEV_SIGNAL = 0;
    public static final int SIGEV_NONE = 1;
    public static final int SIGEV_THREAD = 2;
    public static final int SIGEV_THREAD_ID = 4;

    private SiCode() {}
}
