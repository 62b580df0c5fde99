package umlaut.kernel.wait;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;

/**
 * The epoll items that watch one open file (Linux: file.f_ep), so that they go with it at its last close and nested epolls can be
 * walked upwards. The monitor is a leaf lock.
 */
public final class EpollLinks {
    @GuardedBy("this") private final List<EpollItem> items = new ArrayList<>(2);

    synchronized void add(EpollItem item) {
        items.add(item);
    }

    synchronized void remove(EpollItem item) {
        items.remove(item);
    }

    synchronized List<EpollItem> items() {
        return List.copyOf(items);
    }

    synchronized boolean isEmpty() {
        return items.isEmpty();
    }

    /** The file's last reference has gone: nobody watches it any more. */
    public void fileGone() {
        for (EpollItem item : items()) {
            item.owner.forget(item);
        }
    }
}
