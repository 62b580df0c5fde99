package umlaut.kernel.coredump;

/** What /proc/sys/kernel/core_pattern and its neighbours hold: core(5). */
public final class CoreSettings {
    /** kernel.core_pattern: a file name, or | and a program. */
    public volatile String pattern = "core";
    /** kernel.core_uses_pid. */
    public volatile int usesPid;
    /** kernel.core_pipe_limit: above 0 a dump waits for its program to end. */
    public volatile int pipeLimit;
}
