package umlaut.net.unix;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.vfs.File;
import umlaut.net.Control;

/**
 * Closes sockets that only exist in queues of each other (net/unix/garbage.c): a socket sent to itself, or two sent over each other, hold references that nobody will
 * ever take. Runs when a socket is closed while others were sent; costs nothing until the first socket is sent.
 */
final class InFlightCollector {
    /** Sockets that were ever sent, as long as they live. */
    @GuardedBy("this") private final Map<UnixSocket, Boolean> sent = new WeakHashMap<>();

    private volatile boolean used;

    /** A message is about to go into a queue. */
    void sending(@Nullable Control control) {
        if (control == null) {
            return;
        }
        for (File file : control.files) {
            if (file instanceof UnixSocket socket) {
                synchronized (this) {
                    sent.put(socket, true);
                    used = true;
                }
            }
        }
    }

    /** Finds and empties the queues of unreachable sockets. */
    void run() {
        if (!used) {
            return;
        }
        for (UnixSocket lost : unreachable()) {
            lost.discardIncoming();
        }
    }

    private synchronized List<UnixSocket> unreachable() {
        Set<UnixSocket> candidates = new HashSet<>();
        for (UnixSocket socket : sent.keySet()) {
            if (!socket.dead) {
                candidates.add(socket);
            }
        }
        if (candidates.isEmpty()) {
            used = !sent.isEmpty();
            return List.of();
        }
        // What a received socket's receiver did meanwhile shows in the second look.
        return new ArrayList<>(closed(closed(candidates)));
    }

    /** Those of {@code candidates} that only have references from queues of each other. */
    private static Set<UnixSocket> closed(Set<UnixSocket> candidates) {
        Map<UnixSocket, Integer> inside = new HashMap<>();
        for (UnixSocket holder : candidates) {
            for (UnixSocket held : held(holder)) {
                inside.merge(held, 1, Integer::sum);
            }
        }
        Set<UnixSocket> lost = new HashSet<>(candidates);
        ArrayDeque<UnixSocket> reached = new ArrayDeque<>();
        for (UnixSocket socket : candidates) {
            if (socket.references() > inside.getOrDefault(socket, 0)) {
                lost.remove(socket);
                reached.add(socket);
            }
        }
        while (!reached.isEmpty()) {
            for (UnixSocket held : held(reached.remove())) {
                if (lost.remove(held)) {
                    reached.add(held);
                }
            }
        }
        return lost;
    }

    /** Sockets in flight to a socket, and to those that wait in its backlog. */
    private static List<UnixSocket> held(UnixSocket holder) {
        List<UnixSocket> found = new ArrayList<>();
        addHeld(holder, found);
        synchronized (holder.network) {
            for (UnixSocket embryo : holder.backlog) {
                addHeld(embryo, found);
            }
        }
        return found;
    }

    private static void addHeld(UnixSocket holder, List<UnixSocket> to) {
        for (Control control : holder.incomingControls()) {
            for (File file : control.files) {
                if (file instanceof UnixSocket socket) {
                    to.add(socket);
                }
            }
        }
    }
}
