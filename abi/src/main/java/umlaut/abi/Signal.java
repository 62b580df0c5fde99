package umlaut.abi;

import java.util.Locale;

/**
 * Signal numbers of x86-64, their names and default actions. Numbers 1 to 31 are standard signals, 32 to 64 real-time.
 *
 * <p>{@code SIGRTMIN} is the kernel's 32; the C library keeps 32 and 33 for itself and calls 34 SIGRTMIN. Linux: {@code
 * arch/x86/include/uapi/asm/signal.h}; man page: signal(7).
 */
public final class Signal {
    public static final int SIGHUP = 1;
    public static final int SIGINT = 2;
    public static final int SIGQUIT = 3;
    public static final int SIGILL = 4;
    public static final int SIGTRAP = 5;
    public static final int SIGABRT = 6;
    public static final int SIGBUS = 7;
    public static final int SIGFPE = 8;
    public static final int SIGKILL = 9;
    public static final int SIGUSR1 = 10;
    public static final int SIGSEGV = 11;
    public static final int SIGUSR2 = 12;
    public static final int SIGPIPE = 13;
    public static final int SIGALRM = 14;
    public static final int SIGTERM = 15;
    public static final int SIGSTKFLT = 16;
    public static final int SIGCHLD = 17;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;
    public static final int SIGTSTP = 20;
    public static final int SIGTTIN = 21;
    public static final int SIGTTOU = 22;
    public static final int SIGURG = 23;
    public static final int SIGXCPU = 24;
    public static final int SIGXFSZ = 25;
    public static final int SIGVTALRM = 26;
    public static final int SIGPROF = 27;
    public static final int SIGWINCH = 28;
    public static final int SIGIO = 29;
    public static final int SIGPWR = 30;
    public static final int SIGSYS = 31;
    public static final int SIGIOT = SIGABRT;
    public static final int SIGPOLL = SIGIO;

    /** The first real-time signal, as the kernel counts. */
    public static final int SIGRTMIN = 32;

    /** The last real-time signal, which is the last signal. */
    public static final int SIGRTMAX = 64;

    /** The number of signals: valid numbers are 1 to NSIG. */
    public static final int NSIG = 64;

    /** What a signal does to a process that neither handles nor ignores it. */
    public enum Default {
        /** Ends the process. */
        TERM,
        /** Ends the process and writes a core file. */
        CORE,
        /** Nothing. */
        IGN,
        /** Stops the process. */
        STOP,
        /** Continues a stopped process. */
        CONT
    }

    // Sets of signals as Linux keeps them: bit n - 1 stands for signal n.

    private static final long CORE_SET = bit(SIGQUIT)
            | bit(SIGILL)
            | bit(SIGTRAP)
            | bit(SIGABRT)
            | bit(SIGFPE)
            | bit(SIGSEGV)
            | bit(SIGBUS)
            | bit(SIGSYS)
            | bit(SIGXCPU)
            | bit(SIGXFSZ);
    private static final long IGN_SET = bit(SIGCHLD) | bit(SIGWINCH) | bit(SIGURG);
    private static final long STOP_SET = bit(SIGSTOP) | bit(SIGTSTP) | bit(SIGTTIN) | bit(SIGTTOU);

    private static final String[] NAMES = {
        "0",
        "SIGHUP",
        "SIGINT",
        "SIGQUIT",
        "SIGILL",
        "SIGTRAP",
        "SIGABRT",
        "SIGBUS",
        "SIGFPE",
        "SIGKILL",
        "SIGUSR1",
        "SIGSEGV",
        "SIGUSR2",
        "SIGPIPE",
        "SIGALRM",
        "SIGTERM",
        "SIGSTKFLT",
        "SIGCHLD",
        "SIGCONT",
        "SIGSTOP",
        "SIGTSTP",
        "SIGTTIN",
        "SIGTTOU",
        "SIGURG",
        "SIGXCPU",
        "SIGXFSZ",
        "SIGVTALRM",
        "SIGPROF",
        "SIGWINCH",
        "SIGIO",
        "SIGPWR",
        "SIGSYS"
    };

    private Signal() {}

    /** Whether a number is a signal's: 1 to 64. */
    public static boolean isValid(int signal) {
        return signal >= 1 && signal <= NSIG;
    }

    /** Whether a signal is queued and ordered: 32 to 64. */
    public static boolean isRealTime(int signal) {
        return signal >= SIGRTMIN;
    }

    /** The bit of a valid signal in a signal set. */
    public static long bit(int signal) {
        return 1L << (signal - 1);
    }

    /** Whether a set has a valid signal in it. */
    public static boolean has(long set, int signal) {
        return (set & bit(signal)) != 0;
    }

    /** What a valid signal does by default. */
    public static Default defaultAction(int signal) {
        long bit = bit(signal);
        if ((CORE_SET & bit) != 0) {
            return Default.CORE;
        }
        if ((IGN_SET & bit) != 0) {
            return Default.IGN;
        }
        if ((STOP_SET & bit) != 0) {
            return Default.STOP;
        }
        return signal == SIGCONT ? Default.CONT : Default.TERM;
    }

    /** The name as strace(1) prints it: {@code SIGTERM}, {@code SIGRT_2} for 34, or the bare number if it is no signal. */
    public static String name(int signal) {
        if (!isValid(signal)) {
            return Integer.toString(signal);
        }
        return signal < SIGRTMIN ? NAMES[signal] : signal == SIGRTMIN ? "SIGRTMIN" : "SIGRT_" + (signal - SIGRTMIN);
    }

    /**
     * The number of a name as users write it: {@code TERM}, {@code SIGTERM}, {@code 15}, {@code RTMIN+2} (counted from
     * the C library's 34).
     *
     * @return 0 if there is no such signal
     */
    public static int parse(String text) {
        String name = text.toUpperCase(Locale.ROOT);
        name = name.startsWith("SIG") ? name.substring(3) : name;
        for (int signal = 1; signal < NAMES.length; signal++) {
            if (NAMES[signal].length() == name.length() + 3 && NAMES[signal].endsWith(name)) {
                return signal;
            }
        }
        return switch (name) {
            case "IOT" -> SIGIOT;
            case "POLL" -> SIGPOLL;
            case "CLD" -> SIGCHLD;
            case "RTMIN" -> 34;
            case "RTMAX" -> SIGRTMAX;
            default -> parseNumber(name);
        };
    }

    private static int parseNumber(String name) {
        int base = name.startsWith("RTMIN+") ? 34 : name.startsWith("RTMAX-") ? SIGRTMAX : 0;
        String digits = base == 0 ? name : name.substring(6);
        if (digits.isEmpty() || digits.length() > 2 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        int number = Integer.parseInt(digits);
        int signal = base == 34 ? base + number : base == SIGRTMAX ? base - number : number;
        return isValid(signal) ? signal : 0;
    }
}
