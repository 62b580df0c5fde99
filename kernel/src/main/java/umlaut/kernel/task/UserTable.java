package umlaut.kernel.task;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What each real user id uses of things with a limit per user (Linux: user_struct, kernel/user.c): RLIMIT_NPROC,
 * RLIMIT_SIGPENDING.
 */
public final class UserTable {
    /** One user's counts. */
    public static final class User {
        public final AtomicInteger tasks = new AtomicInteger();
        public final AtomicInteger pendingSignals = new AtomicInteger();
        /** Pages that the pipes made by the user may hold (fs.pipe-user-pages-soft). */
        public final AtomicLong pipePages = new AtomicLong();
        /** RLIMIT_MSGQUEUE. */
        public final AtomicLong messageQueueBytes = new AtomicLong();
    }

    private final Map<Integer, User> users = new ConcurrentHashMap<>();

    public User of(int uid) {
        User known = users.get(uid);
        return known != null ? known : users.computeIfAbsent(uid, u -> new User());
    }
}
