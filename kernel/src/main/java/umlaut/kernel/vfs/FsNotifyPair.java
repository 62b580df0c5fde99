package umlaut.kernel.vfs;

import org.jspecify.annotations.Nullable;

/** Two listeners, told in order. */
record FsNotifyPair(FsNotify first, FsNotify second) implements FsNotify {
    @Override
    public void inode(int mask, Inode inode, @Nullable Dentry dentry) {
        first.inode(mask, inode, dentry);
        second.inode(mask, inode, dentry);
    }

    @Override
    public void file(int mask, Inode inode, @Nullable Path path) {
        first.file(mask, inode, path);
        second.file(mask, inode, path);
    }

    @Override
    public void entry(int mask, Inode directory, String name, Inode object, int cookie) {
        first.entry(mask, directory, name, object, cookie);
        second.entry(mask, directory, name, object, cookie);
    }

    @Override
    public void renamed(int mask, Inode from, String oldName, Inode to, String newName, Inode object) {
        first.renamed(mask, from, oldName, to, newName, object);
        second.renamed(mask, from, oldName, to, newName, object);
    }

    @Override
    public void permission(int mask, Path path) {
        first.permission(mask, path);
        second.permission(mask, path);
    }

    @Override
    public void gone(Inode inode) {
        first.gone(inode);
        second.gone(inode);
    }

    @Override
    public void unmounted(SuperBlock fs) {
        first.unmounted(fs);
        second.unmounted(fs);
    }

    @Override
    public void mount(MountNamespace namespace, boolean attached, Mount mount) {
        first.mount(namespace, attached, mount);
        second.mount(namespace, attached, mount);
    }
}
