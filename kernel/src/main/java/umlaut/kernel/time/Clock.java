package umlaut.kernel.time;

/** The machine's time. One instance a kernel, so that virtual time can come later; ns everywhere. */
public interface Clock {
    /** CLOCK_MONOTONIC, equal to what the vDSO tells guests. */
    long monotonicNs();

    /** CLOCK_REALTIME, ns since 1970. */
    long realtimeNs();
}
