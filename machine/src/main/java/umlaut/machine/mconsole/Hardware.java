package umlaut.machine.mconsole;

/**
 * What the management console does to the machine. Each method may throw {@link MconsoleException} with the line that the client gets.
 */
public interface Hardware {
    /** uname(2), its fields with spaces between them. */
    String version();

    void halt();

    void reboot();

    void ctrlAltDel();

    /** All processes stop where they are. */
    void stop();

    void go();

    void log(String text);

    /** @return what the kernel has said about it */
    String sysrq(char letter);

    /** @return what the kernel has said about it */
    String stack(int pid);

    /** The contents of a file in /proc. */
    String proc(String file);

    /** A kind of device that can come and go while the machine runs. */
    interface Kind {
        /** What its names begin with: "ubd". */
        String prefix();

        /** @param name what stands behind the prefix. @return how it is configured */
        String get(String name);

        /** @param assignment what stands behind the prefix, an equals sign or a colon in it */
        void set(String assignment);

        void remove(String name);
    }

    Iterable<Kind> kinds();
}
