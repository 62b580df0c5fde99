package umlaut.kernel.cgroup;

import java.util.Locale;

/** What can be limited beside the existence of processes. Processor time is counted everywhere, without a controller. */
public enum Controller {
    MEMORY,
    PIDS;

    /** As in cgroup.controllers. */
    public final String text = name().toLowerCase(Locale.ROOT);
}
