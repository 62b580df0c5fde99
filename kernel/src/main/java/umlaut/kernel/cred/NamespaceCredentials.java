package umlaut.kernel.cred;

import umlaut.kernel.ns.UserNamespace;

/** What entering a user namespace makes of credentials: all capabilities, in it alone (Linux: set_cred_user_ns). */
public final class NamespaceCredentials {
    private NamespaceCredentials() {}

    public static Credentials inside(Credentials old, UserNamespace ns) {
        return new Credentials(
                old.uid(),
                old.euid(),
                old.suid(),
                old.fsuid(),
                old.gid(),
                old.egid(),
                old.sgid(),
                old.fsgid(),
                old.groups(),
                0,
                Credentials.ALL_CAPABILITIES,
                Credentials.ALL_CAPABILITIES,
                Credentials.ALL_CAPABILITIES,
                0,
                0,
                old.noNewPrivs(),
                ns,
                old.domain());
    }
}
