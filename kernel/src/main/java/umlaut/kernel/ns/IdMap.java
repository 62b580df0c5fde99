package umlaut.kernel.ns;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.Errno;

/**
 * /proc/PID/uid_map and its like (user_namespaces(7); Linux: struct uid_gid_map, map_write in kernel/user_namespace.c): which ids inside a user namespace stand for which
 * global ones. Never changed once made.
 */
final class IdMap {
    /** Nothing is mapped. */
    static final IdMap EMPTY = new IdMap(new long[0], new long[0], new long[0], new long[0]);
    /** All ids stand for themselves: the initial namespace. */
    static final IdMap IDENTITY = new IdMap(new long[] {0}, new long[] {0}, new long[] {0}, new long[] {0xffff_ffffL});
    /** UID_GID_MAP_MAX_EXTENTS. */
    private static final int MOST = 340;

    private final long[] inside;
    /** As written: ids of the parent namespace. */
    private final long[] above;

    private final long[] global;
    private final long[] count;

    private IdMap(long[] inside, long[] above, long[] global, long[] count) {
        this.inside = inside;
        this.above = above;
        this.global = global;
        this.count = count;
    }

    boolean isEmpty() {
        return inside.length == 0;
    }

    int size() {
        return inside.length;
    }

    long inside(int i) {
        return inside[i];
    }

    /** First id of row {@code i} in the parent namespace. */
    long above(int i) {
        return above[i];
    }

    long count(int i) {
        return count[i];
    }

    /** @return the global id of {@code id}, or -1 */
    int toGlobal(int id) {
        return map(id, inside, global);
    }

    /** @return what {@code id} is called inside, or -1 */
    int fromGlobal(int id) {
        return map(id, global, inside);
    }

    private int map(int id, long[] from, long[] to) {
        long wide = id & 0xffff_ffffL;
        for (int i = 0; i < from.length; i++) {
            if (wide >= from[i] && wide < from[i] + count[i]) {
                return (int) (to[i] + (wide - from[i]));
            }
        }
        return -1;
    }

    /**
     * Reads "inside outside count" rows.
     *
     * @param parent the parent namespace's map
     * @throws umlaut.abi.ErrnoException EINVAL for what is no map, EPERM for ids that the parent has not
     */
    static IdMap parse(String text, IdMap parent) {
        List<long[]> rows = new ArrayList<>();
        for (String line : text.split("\n")) {
            if (!line.isBlank()) {
                rows.add(row(line.strip().split("[ \t]+")));
            }
        }
        if (rows.isEmpty() || rows.size() > MOST || overlaps(rows, 0) || overlaps(rows, 1)) {
            throw Errno.EINVAL.exception();
        }
        int n = rows.size();
        IdMap fresh = new IdMap(new long[n], new long[n], new long[n], new long[n]);
        for (int i = 0; i < n; i++) {
            long[] row = rows.get(i);
            long first = parent.toGlobal((int) row[1]) & 0xffff_ffffL;
            long last = parent.toGlobal((int) (row[1] + row[2] - 1)) & 0xffff_ffffL;
            if (first == 0xffff_ffffL || last != first + row[2] - 1) {
                throw Errno.EPERM.exception();
            }
            fresh.inside[i] = row[0];
            fresh.above[i] = row[1];
            fresh.global[i] = first;
            fresh.count[i] = row[2];
        }
        return fresh;
    }

    private static long[] row(String[] fields) {
        if (fields.length != 3) {
            throw Errno.EINVAL.exception();
        }
        long[] row = new long[3];
        for (int i = 0; i < 3; i++) {
            try {
                row[i] = Long.parseLong(fields[i]);
            } catch (NumberFormatException e) {
                throw Errno.EINVAL.exception();
            }
            if (row[i] < 0 || row[i] >= 0xffff_ffffL + (i == 2 ? 1 : 0)) {
                throw Errno.EINVAL.exception();
            }
        }
        if (row[2] == 0 || row[0] + row[2] > 0xffff_ffffL || row[1] + row[2] > 0xffff_ffffL) {
            throw Errno.EINVAL.exception();
        }
        return row;
    }

    private static boolean overlaps(List<long[]> rows, int column) {
        for (long[] a : rows) {
            for (long[] b : rows) {
                if (a != b && a[column] < b[column] + b[2] && b[column] < a[column] + a[2]) {
                    return true;
                }
            }
        }
        return false;
    }
}
