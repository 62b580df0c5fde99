package umlaut.kernel.ipc;

import java.lang.foreign.MemorySegment;
import umlaut.abi.Le;
import umlaut.abi.SiCode;
import umlaut.abi.Signal;
import umlaut.abi.SignalfdSiginfo;
import umlaut.kernel.signal.SigInfo;

/** A signal as struct signalfd_siginfo (fs/signalfd.c signalfd_copyinfo). */
final class SignalFdLayout {
    private SignalFdLayout() {}

    /** Fills a zeroed struct. */
    static void write(MemorySegment to, SigInfo info) {
        Le.putInt(to, SignalfdSiginfo.SSI_SIGNO, info.signo());
        Le.putInt(to, SignalfdSiginfo.SSI_CODE, info.code());
        if (info.code() == SiCode.SI_TIMER) {
            Le.putInt(to, SignalfdSiginfo.SSI_TID, info.pid());
            Le.putInt(to, SignalfdSiginfo.SSI_OVERRUN, info.uid());
            value(to, info);
        } else if (info.code() <= 0 || info.code() == SiCode.SI_KERNEL) {
            sender(to, info);
            value(to, info);
        } else if (info.signo() == Signal.SIGCHLD) {
            sender(to, info);
            Le.putInt(to, SignalfdSiginfo.SSI_STATUS, info.status());
            Le.putLong(to, SignalfdSiginfo.SSI_UTIME, info.value());
            Le.putLong(to, SignalfdSiginfo.SSI_STIME, info.address());
        } else if (info.signo() == Signal.SIGPOLL) {
            Le.putInt(to, SignalfdSiginfo.SSI_BAND, (int) info.address());
            Le.putInt(to, SignalfdSiginfo.SSI_FD, info.status());
        } else {
            Le.putLong(to, SignalfdSiginfo.SSI_ADDR, info.address());
            Le.putInt(to, SignalfdSiginfo.SSI_TRAPNO, (int) info.trapNumber());
        }
    }

    private static void sender(MemorySegment to, SigInfo info) {
        Le.putInt(to, SignalfdSiginfo.SSI_PID, info.pid());
        Le.putInt(to, SignalfdSiginfo.SSI_UID, info.uid());
    }

    private static void value(MemorySegment to, SigInfo info) {
        Le.putInt(to, SignalfdSiginfo.SSI_INT, (int) info.value());
        Le.putLong(to, SignalfdSiginfo.SSI_PTR, info.value());
    }
}
