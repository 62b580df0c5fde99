package umlaut.kernel.fanotify;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import umlaut.abi.Errno;
import umlaut.abi.FanotifyFlags;
import umlaut.abi.Le;
import umlaut.kernel.mm.IovIter;

/** What is written to a group: struct fanotify_response, and maybe a record about the rule it comes from (process_access_response). */
final class FanotifyResponse {
    private static final int FLAGS = FanotifyFlags.FAN_AUDIT | FanotifyFlags.FAN_INFO;
    private static final int ACCESS = FanotifyFlags.FAN_ALLOW | FanotifyFlags.FAN_DENY;
    private static final int KNOWN = ACCESS | FLAGS | 0xff << FanotifyFlags.ERRNO_SHIFT;

    private FanotifyResponse() {}

    static long take(FanotifyGroup group, IovIter from, long count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(FanotifyFlags.RESPONSE_SIZE + FanotifyFlags.AUDIT_RULE_SIZE, 8);
            if (from.copyIn(in, 0, FanotifyFlags.RESPONSE_SIZE) < FanotifyFlags.RESPONSE_SIZE) {
                return Errno.EFAULT.negative();
            }
            int fd = Le.getInt(in, FanotifyFlags.RESPONSE_FD);
            int response = Le.getInt(in, FanotifyFlags.RESPONSE);
            if (!valid(group, response)) {
                return Errno.EINVAL.negative();
            }
            if ((response & FanotifyFlags.FAN_INFO) != 0) {
                long error = rule(in, from, count - FanotifyFlags.RESPONSE_SIZE);
                if (error != 0 || fd == FanotifyFlags.FAN_NOFD) {
                    return error != 0 ? error : count;
                }
            }
            if (fd < 0) {
                return Errno.EINVAL.negative();
            }
            return group.answer(fd, response) ? count : Errno.ENOENT.negative();
        }
    }

    private static boolean valid(FanotifyGroup group, int response) {
        int errno = response >>> FanotifyFlags.ERRNO_SHIFT;
        boolean flags = (response & ~KNOWN) == 0
                && ((response & FanotifyFlags.FAN_AUDIT) == 0 || group.has(FanotifyFlags.FAN_ENABLE_AUDIT));
        return flags
                && switch (response & ACCESS) {
                    case FanotifyFlags.FAN_ALLOW -> errno == 0;
                    case FanotifyFlags.FAN_DENY ->
                        errno == 0 || group.priority() == FanotifyFlags.FAN_CLASS_PRE_CONTENT && expected(errno);
                    default -> false;
                };
    }

    /** Those that open(2), read(2) and write(2) of regular files have anyway. */
    private static boolean expected(int errno) {
        return errno == Errno.EIO.number()
                || errno == Errno.EPERM.number()
                || errno == Errno.EBUSY.number()
                || errno == Errno.ETXTBSY.number()
                || errno == Errno.EAGAIN.number()
                || errno == Errno.ENOSPC.number()
                || errno == Errno.EDQUOT.number();
    }

    /** struct fanotify_response_info_audit_rule: checked; there is no audit log that it would go to. */
    private static long rule(MemorySegment in, IovIter from, long length) {
        if (length != FanotifyFlags.AUDIT_RULE_SIZE) {
            return Errno.EINVAL.negative();
        }
        if (from.copyIn(in, FanotifyFlags.RESPONSE_SIZE, length) < length) {
            return Errno.EFAULT.negative();
        }
        int type = in.get(java.lang.foreign.ValueLayout.JAVA_BYTE, FanotifyFlags.RESPONSE_SIZE);
        boolean fits = type == FanotifyFlags.INFO_AUDIT_RULE
                && Le.getShort(in, FanotifyFlags.RESPONSE_SIZE + FanotifyFlags.INFO_LEN) == length;
        return fits ? 0 : Errno.EINVAL.negative();
    }
}
