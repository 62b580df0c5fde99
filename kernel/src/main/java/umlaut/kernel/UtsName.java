package umlaut.kernel;

import umlaut.kernel.ns.Namespace;
import umlaut.kernel.ns.NamespaceKind;
import umlaut.kernel.ns.UserNamespace;

/** Names of the system, uname(2), uts_namespaces(7). The version is the guest's own, whatever the host runs. */
public final class UtsName implements Namespace {
    public static final String SYSNAME = "Linux";
    public static final String RELEASE = "6.18.0-umlaut";
    /** For programs that know no newer kernels, personality(2) UNAME26 (Linux: override_release). */
    public static final String RELEASE_AS_2_6 = "2.6.78-umlaut";

    public static final String VERSION = "#1 SMP PREEMPT_DYNAMIC Umlaut";
    public static final String MACHINE = "x86_64";
    private final long ino;
    private final UserNamespace owner;
    private volatile String hostname;
    private volatile String domainname = "(none)";

    public UtsName(String hostname) {
        this.hostname = hostname;
        this.ino = 0xefff_fffeL;
        this.owner = UserNamespace.INITIAL;
    }

    /** A new namespace that begins as a copy of another. */
    public UtsName(UtsName from, long ino, UserNamespace owner) {
        this.hostname = from.hostname;
        this.domainname = from.domainname;
        this.ino = ino;
        this.owner = owner;
    }

    @Override
    public NamespaceKind kind() {
        return NamespaceKind.UTS;
    }

    @Override
    public long ino() {
        return ino;
    }

    @Override
    public UserNamespace owner() {
        return owner;
    }

    public String hostname() {
        return hostname;
    }

    public void setHostname(String name) {
        hostname = name;
    }

    public String domainname() {
        return domainname;
    }

    public void setDomainname(String name) {
        domainname = name;
    }
}
