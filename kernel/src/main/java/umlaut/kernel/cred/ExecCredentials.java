package umlaut.kernel.cred;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.abi.Mode;
import umlaut.kernel.ns.UserNamespace;

/**
 * How execve(2) changes credentials: set-id bits, file capabilities, root's special case (capabilities(7); Linux:
 * bprm_fill_uid in fs/exec.c, cap_bprm_creds_from_file in
 * security/commoncap.c).
 *
 * @param credentials what the new program runs with
 * @param secure value of AT_SECURE: the program has got more than its caller had
 */
public record ExecCredentials(Credentials credentials, boolean secure) {

    /** What the file grants: the three values of its security.capability attribute. */
    private record FileCapabilities(long permitted, long inheritable, boolean effective) {}

    /**
     * @param old the caller's
     * @param mode st_mode of the program file (for a script: of its interpreter)
     * @param nosuid the file's mount ignores set-id bits and file capabilities
     * @param capabilityAttribute the file's security.capability attribute, or null
     * @throws umlaut.abi.ErrnoException EPERM when the file's effective capabilities are out of the bounding set
     */
    public static ExecCredentials compute(
            Credentials old,
            int mode,
            int fileUid,
            int fileGid,
            boolean nosuid,
            byte @Nullable [] capabilityAttribute) {
        UserNamespace ns = old.userNs();
        int root = ns.rootUid();
        boolean named = ns.uidInside(fileUid) != -1 && ns.gidInside(fileGid) != -1;
        boolean mayGain = !nosuid && !old.noNewPrivs() && named;
        int euid = old.euid();
        int egid = old.egid();
        if (mayGain && (mode & Mode.S_ISUID) != 0) {
            euid = fileUid;
        }
        if (mayGain && (mode & (Mode.S_ISGID | Mode.S_IXGRP)) == (Mode.S_ISGID | Mode.S_IXGRP)) {
            egid = fileGid;
        }
        FileCapabilities file = nosuid || capabilityAttribute == null ? null : parse(capabilityAttribute, ns);
        long permitted = 0;
        boolean effective = false;
        if (file != null) {
            permitted = old.bounding() & file.permitted | old.inheritable() & file.inheritable;
            effective = file.effective;
            if (effective && (permitted & file.permitted) != file.permitted) {
                throw Errno.EPERM.exception();
            }
        }
        if ((old.securebits() & Securebits.NOROOT) == 0 && !(file != null && old.uid() != root && euid == root)) {
            if (euid == root || old.uid() == root) {
                permitted = old.bounding() | old.inheritable();
            }
            effective |= euid == root;
        }
        boolean setId = euid != old.uid() || egid != old.gid();
        if (old.noNewPrivs() && (setId || (permitted & ~old.permitted()) != 0)) {
            euid = old.uid();
            egid = old.gid();
            permitted &= old.permitted();
        }
        long ambient = file != null || setId ? 0 : old.ambient();
        permitted |= ambient;
        Credentials fresh = new Credentials(
                old.uid(),
                euid,
                euid,
                euid,
                old.gid(),
                egid,
                egid,
                egid,
                old.groups(),
                old.inheritable(),
                permitted,
                effective ? permitted : ambient,
                old.bounding(),
                ambient,
                old.securebits() & ~Securebits.KEEP_CAPS,
                old.noNewPrivs(),
                old.userNs(),
                old.domain());
        boolean grew = (permitted & ~ambient) != 0;
        return new ExecCredentials(fresh, setId || old.uid() != root && (effective || grew));
    }

    private static @Nullable FileCapabilities parse(byte[] raw, UserNamespace ns) {
        if (raw.length < 12) {
            return null;
        }
        int magic = le(raw, 0);
        int revision = magic >>> 24;
        // Version 3 is for a root user of that namespace or one above it (rootid_owns_currentns).
        if (revision == 3 && (raw.length < 24 || !rootOf(ns, le(raw, 20)))) {
            return null;
        }
        long permitted = le(raw, 4) & 0xffff_ffffL;
        long inheritable = le(raw, 8) & 0xffff_ffffL;
        if (revision != 1 && raw.length >= 20) {
            permitted |= (long) le(raw, 12) << 32;
            inheritable |= (long) le(raw, 16) << 32;
        }
        return new FileCapabilities(
                permitted & Credentials.ALL_CAPABILITIES, inheritable & Credentials.ALL_CAPABILITIES, (magic & 1) != 0);
    }

    private static boolean rootOf(UserNamespace ns, int uid) {
        for (UserNamespace n = ns; n != null; n = n.parent()) {
            if (n.rootUid() == uid) {
                return true;
            }
        }
        return false;
    }

    private static int le(byte[] raw, int at) {
        return raw[at] & 0xff | (raw[at + 1] & 0xff) << 8 | (raw[at + 2] & 0xff) << 16 | raw[at + 3] << 24;
    }
}
