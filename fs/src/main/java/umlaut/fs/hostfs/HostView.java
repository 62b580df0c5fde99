package umlaut.fs.hostfs;

import org.jspecify.annotations.Nullable;

/** What of a host directory a guest may see: asked name by name on the way down. Immutable. */
public interface HostView {
    /** Everything. */
    HostView ALL = new HostView() {
        @Override
        public HostView child(String name) {
            return this;
        }
    };

    /**
     * The view of an entry of the directory that this is the view of.
     *
     * @param name Latin-1, one path component
     * @return null when the entry is not shown
     */
    @Nullable HostView child(String name);

    /** Is the entry asked for by name? Then it is shown even where the host has another file system mounted on it. */
    default boolean names(String name) {
        return false;
    }
}
