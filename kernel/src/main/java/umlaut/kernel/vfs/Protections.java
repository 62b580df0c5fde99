package umlaut.kernel.vfs;

/** The sysctls fs.protected_*, proc_sys_fs(5), with Debian's values. Read anew at each use. */
public final class Protections {
    public volatile int symlinks = 1;
    public volatile int hardlinks = 1;
    public volatile int fifos = 1;
    public volatile int regular = 2;
}
