package umlaut.net.core;

import org.jspecify.annotations.Nullable;

/**
 * A rule of policy routing: which packets ask which table (ip-rule(8)).
 *
 * @param source, sourceLength packets from there; length 0: all
 * @param inName, outName device names; null: any
 * @param action FR_ACT_*: 1 = look the table up, 6 to 8 = blackhole, unreachable, prohibit
 */
public record Rule(
        int priority,
        IpAddress source,
        int sourceLength,
        IpAddress destination,
        int destinationLength,
        int tos,
        int mark,
        int mask,
        @Nullable String inName,
        @Nullable String outName,
        int table,
        int action,
        int protocol) {
    public static final int TO_TABLE = 1, BLACKHOLE = 6, UNREACHABLE = 7, PROHIBIT = 8;

    static Rule table(int priority, int table, IpAddress any) {
        return new Rule(priority, any, 0, any, 0, 0, 0, 0, null, null, table, TO_TABLE, 2);
    }
}
