package umlaut.machine;

/**
 * Host descriptors that become descriptors 0, 1 and 2 of a program in a guest. They are the machine's from then on, which closes them when the guest's last file that leads there is closed.
 *
 * @param in to be read; -1 is the guest's /dev/null, as for the others
 * @param out to be written
 * @param err to be written
 */
public record Streams(int in, int out, int err) {
    public static final Streams NONE = new Streams(-1, -1, -1);

    int fd(int number) {
        return number == 0 ? in : number == 1 ? out : err;
    }
}
