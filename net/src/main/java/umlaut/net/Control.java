package umlaut.net;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.vfs.File;

/** Ancillary data of one message (Linux: struct scm_cookie, cmsg(3)): descriptors and credentials. Owns a reference on each file until they are taken. */
public final class Control {
    /** SCM_RIGHTS, in order; one reference each. */
    public final List<File> files = new ArrayList<>(1);
    /** Control messages that only some protocols know. */
    public final List<ControlItem> items = new ArrayList<>(0);
    /** SCM_CREDENTIALS; null: none were added. */
    public @Nullable PeerCredentials credentials;

    /** A second holder of the same, for MSG_PEEK. */
    public Control duplicate() {
        Control copy = new Control();
        for (File file : files) {
            copy.files.add(file.acquire());
        }
        copy.items.addAll(items);
        copy.credentials = credentials;
        return copy;
    }

    /** Lets go of the files. */
    public void discard() {
        for (File file : files) {
            file.release();
        }
        files.clear();
    }
}
