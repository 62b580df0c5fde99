package umlaut.kernel.vfs;

import umlaut.kernel.cred.Credentials;

/** A descriptor of a tree of mounts that stands nowhere: it goes with its last holder unless it was put somewhere (Linux: FMODE_NEED_UNMOUNT). */
final class DetachedTree extends PathFile {
    private final Mount top;

    DetachedTree(Mount top, int flags, Credentials credentials) {
        super(top.rootPath(), flags, credentials);
        this.top = top;
    }

    @Override
    protected void onRelease() {
        top.vfs.mounts().dissolve(top);
    }
}
