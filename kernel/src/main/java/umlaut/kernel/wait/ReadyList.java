package umlaut.kernel.wait;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import org.jspecify.annotations.Nullable;

/** The ready list of an epoll instance (Linux: eventpoll.rdllist): each item at most once, in order of coming. The monitor is a leaf lock. */
final class ReadyList {
    @GuardedBy("this") private @Nullable EpollItem first;

    @GuardedBy("this") private @Nullable EpollItem last;

    private volatile int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    synchronized @Nullable EpollItem first() {
        return first;
    }

    synchronized void add(EpollItem item) {
        if (item.isReady) {
            return;
        }
        item.isReady = true;
        item.previousReady = last;
        if (last == null) {
            first = item;
        } else {
            last.nextReady = item;
        }
        last = item;
        size = size + 1;
    }

    synchronized void addFirst(EpollItem item) {
        if (item.isReady) {
            return;
        }
        item.isReady = true;
        item.nextReady = first;
        if (first == null) {
            last = item;
        } else {
            first.previousReady = item;
        }
        first = item;
        size = size + 1;
    }

    synchronized @Nullable EpollItem takeFirst() {
        EpollItem item = first;
        if (item != null) {
            remove(item);
        }
        return item;
    }

    synchronized void remove(EpollItem item) {
        if (!item.isReady) {
            return;
        }
        EpollItem before = item.previousReady;
        EpollItem after = item.nextReady;
        if (before == null) {
            first = after;
        } else {
            before.nextReady = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.previousReady = before;
        }
        item.isReady = false;
        item.nextReady = null;
        item.previousReady = null;
        size = size - 1;
    }
}
