package umlaut.fs.hostfs;

import umlaut.host.Processes;

/**
 * How a host directory is shown.
 *
 * @param source what /proc/mounts names as the source
 * @param immutable nothing below changes while the machine runs (the image): attributes, links and listings are cached
 *     for good
 * @param readOnly no host file is ever opened for writing
 * @param worldReadableOnly entries that not everyone on the host may read are not shown, even when the host user is
 *     root
 * @param view what is shown at all
 * @param owners how host ids become guest ids
 */
public record HostOptions(
        String source, boolean immutable, boolean readOnly, boolean worldReadableOnly, HostView view, OwnerMap owners) {

    /** A part of the image {@code host}: read-only, world-readable, ids as on the host. */
    public static HostOptions image(String source, HostView view) {
        return new HostOptions(source, true, true, true, view, OwnerMap.IDENTITY);
    }

    /** A volume, for the user who runs the machine. */
    public static HostOptions volume(String source, boolean readOnly) {
        return new HostOptions(
                source,
                false,
                readOnly,
                false,
                HostView.ALL,
                OwnerMap.ofRunner(Processes.getuid(), Processes.getgid()));
    }
}
