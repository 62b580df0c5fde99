package umlaut.machine.console;

/** Terminals of the host's that the guest's are shown on. */
public interface Screen {
    /** A window may have a new size. */
    void resize();

    /** We were stopped and continued: whoever had the terminal meanwhile has set modes of its own. */
    void resumed();
}
