package umlaut.abi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FlagSetsTest {
    private static final String[] CLASSES = {
        "OpenFlags",
        "AtFlags",
        "MapFlags",
        "CloneFlags",
        "WaitFlags",
        "FutexOps",
        "Fcntl",
        "Poll",
        "SockConst",
        "InetConst",
        "Netlink",
        "Ioctl",
        "Rlimit",
        "Clock",
        "Prctl",
        "Capability",
        "InotifyFlags",
        "MountFlags",
        "SchedConst",
        "Seek",
        "XattrFlags",
        "StatxFlags",
        "RenameFlags",
        "GetRandomFlags",
        "MemfdFlags",
        "EventFlags",
        "SpliceFlags",
        "PidfdFlags",
        "DirentType",
        "Personality",
        "IpcConst",
        "PtraceConst",
        "RebootConst",
        "SigConst",
        "SiCode"
    };

    private final FlagSets sets = FlagSets.load();

    @Test
    void numbersAreThoseOfTheConstants() throws Exception {
        Map<String, Set<Long>> constants = new HashMap<>();
        for (String name : CLASSES) {
            Constants.of(name)
                    .forEach((constant, value) -> constants
                            .computeIfAbsent(constant, key -> new TreeSet<>())
                            .add(value.value() & 0xffff_ffffL | (value.is64() ? value.value() : 0)));
        }
        for (String[] line : Constants.lines("flags.tsv")) {
            for (String member : line[2].split(" ")) {
                String[] parts = member.split("[=/]");
                long value = Long.decode(parts[1]);
                long bits = value < 0 ? value & 0xffff_ffffL : value;
                assertThat(constants.get(parts[0])).as(member).isNotNull().contains(bits);
            }
        }
    }

    @Test
    void everySetOfTheCallTableExists() {
        for (SyscallSpec spec : SyscallTable.load().all()) {
            for (SyscallSpec.Arg arg : spec.args()) {
                if (arg.kind() == ArgKind.FLAGS || arg.kind() == ArgKind.ENUM) {
                    assertThat(sets.names()).as(spec.name()).contains(arg.detail());
                }
            }
            if (spec.result().contains(":")) {
                assertThat(sets.names()).contains(spec.result().replaceAll(".*:", ""));
            }
        }
    }

    @Test
    void flagsReadAsInStrace() {
        assertThat(sets.flags("open", 0)).isEqualTo("O_RDONLY");
        assertThat(sets.flags("open", OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_SYNC))
                .isEqualTo("O_WRONLY|O_CREAT|O_SYNC");
        assertThat(sets.flags("open", OpenFlags.O_DSYNC | 0x40000000)).isEqualTo("O_RDONLY|O_DSYNC|0x40000000");
        assertThat(sets.flags("prot", 0)).isEqualTo("PROT_NONE");
        assertThat(sets.flags("prot", 5)).isEqualTo("PROT_READ|PROT_EXEC");
        assertThat(sets.flags("at", 0)).isEqualTo("0");
        assertThat(sets.flags("access", 0)).isEqualTo("F_OK");
        assertThat(sets.flags("map", 0x22)).isEqualTo("MAP_PRIVATE|MAP_ANONYMOUS");
        assertThat(sets.flags("statx", 0x7ff)).isEqualTo("STATX_BASIC_STATS");
    }

    @Test
    void valuesReadAsInStrace() {
        assertThat(sets.value("seek", Seek.SEEK_END)).isEqualTo("SEEK_END");
        assertThat(sets.value("seek", 77)).isEqualTo("0x4d /* ??? */");
        assertThat(sets.value("rusage", -1)).isEqualTo("RUSAGE_CHILDREN");
        assertThat(sets.value("ioctl", 0x80045430L)).isEqualTo("TIOCGPTN");
    }
}
