package umlaut.kernel;

/** Names of the system, uname(2). The version is the guest's own, whatever the host runs. */
public final class UtsName {
    public static final String SYSNAME = "Linux";
    public static final String RELEASE = "6.18.0-umlaut";
    public static final String VERSION = "#1 SMP PREEMPT_DYNAMIC Umlaut";
    public static final String MACHINE = "x86_64";
    private volatile String hostname;
    private volatile String domainname = "(none)";

    public UtsName(String hostname) {
        this.hostname = hostname;
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
