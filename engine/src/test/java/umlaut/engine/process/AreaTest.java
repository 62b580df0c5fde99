package umlaut.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** No two things in a thread's area share a place, but where that is meant. */
class AreaTest {
    /** What is longer than eight bytes. */
    private static final Map<String, Integer> SIZES = Map.ofEntries(
            Map.entry("ARGUMENTS", 48),
            Map.entry("FUTEX_CALL", 64),
            Map.entry("FUTEX_TIMEOUT", 16),
            Map.entry("WINDOW", Area.WINDOW_STRIDE * Area.WINDOWS),
            Map.entry("STACK_T", 24),
            Map.entry("ORDER", Area.MAX_ORDERS * Order.SIZE),
            Map.entry("KEPT", 8 * CopyTable.keptCalls()),
            Map.entry("CHANGE", umlaut.engine.MemoryChanges.MOST << Area.CHANGE_SHIFT),
            Map.entry("FRAME_STACK", 24),
            Map.entry("FRAME_REGISTERS", 8 * (StubHandlers.FLAGS + 1)),
            Map.entry("LIMITS", 16 * umlaut.abi.Rlimit.RLIM_NLIMITS),
            Map.entry("RANDOM", Area.RANDOM_SIZE),
            Map.entry("KNOWN_COUNTERS", 32),
            Map.entry("OUT_DATA", Area.OUT_SIZE),
            Map.entry("XSAVE", Area.XSAVE_SIZE),
            Map.entry("SIGNAL_STACK", Area.SIGNAL_STACK_SIZE));

    private static final Set<String> WORDS = Set.of(
            "STATE",
            "PENDING",
            "POLLS",
            "ORDER_COUNT",
            "FAILED_ORDER",
            "TRAPS",
            "ORDERS_DONE",
            "CPU",
            "HAND_OVER",
            "FUTEX_AGAIN",
            "CHANGE_COUNT",
            "LIMITS_KNOWN",
            "FILE_LENT",
            "FILE_FD",
            "KNOWN_PATHS",
            "KNOWN_OPENS",
            "RSEQ_ALLOWED");

    private static final Set<String> BYTES = Set.of("MASK_CHANGED", "ACTIONS_CHANGED");

    /** Parts of others, and what is no place at all. */
    private static final Set<String> OTHERS = Set.of(
            "OUT_ADDRESS",
            "INLINE_DATA",
            "INLINE_SIZE",
            "CPU_BITS",
            "WINDOW_DATA",
            "WINDOW_SIZE",
            "WINDOW_STRIDE",
            "WINDOWS",
            "MAX_ORDERS",
            "NOTES",
            "CHANGE_SHIFT",
            "RANDOM_SIZE",
            "OUT_SIZE",
            "XSAVE_SIZE",
            "SIGNAL_STACK_SIZE");

    @Test
    void nothingSharesAPlace() throws IllegalAccessException {
        TreeMap<Integer, String> places = new TreeMap<>();
        for (Field field : Area.class.getDeclaredFields()) {
            String name = field.getName();
            if (field.getType() == int.class && Modifier.isStatic(field.getModifiers()) && !OTHERS.contains(name)) {
                assertThat(places.put(field.getInt(null), name))
                        .as("at the place of %s", name)
                        .isNull();
            }
        }
        int end = 0;
        String before = "nothing";
        for (Map.Entry<Integer, String> place : places.entrySet()) {
            String name = place.getValue();
            assertThat(place.getKey()).as("%s begins behind %s", name, before).isGreaterThanOrEqualTo(end);
            int size = BYTES.contains(name) ? 1 : WORDS.contains(name) ? 4 : SIZES.getOrDefault(name, 8);
            end = place.getKey() + size;
            before = name;
        }
        assertThat(end).as("the end of %s", before).isLessThanOrEqualTo((int) Layout.SLOT_SIZE);
    }
}
