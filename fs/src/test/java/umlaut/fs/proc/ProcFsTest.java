package umlaut.fs.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.support.TestTree.find;
import static umlaut.fs.support.TestTree.list;
import static umlaut.fs.support.TestTree.read;

import org.junit.jupiter.api.Test;
import umlaut.fs.StandardFileSystems;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.Inode;

/** What /proc and /sys tell of a machine without processes. */
class ProcFsTest {
    private final Kernel kernel = TestTree.kernel();
    private final StandardFileSystems all = StandardFileSystems.register(kernel);
    private final Inode proc = all.proc().fs().root();
    private final Inode sys = all.sys().fs().root();

    private String proc(String path) {
        return read(find(proc, path));
    }

    @Test
    void memoryIsTheMachinesOwn() {
        assertThat(proc("meminfo"))
                .containsPattern("MemTotal: +262144 kB\n")
                .containsPattern("MemAvailable: +\\d+ kB\n");
    }

    @Test
    void processorsAreCounted() {
        assertThat(proc("cpuinfo").split("processor\t: ")).hasSize(3);
        assertThat(proc("stat"))
                .startsWith("cpu  ")
                .contains("\ncpu1 ")
                .doesNotContain("\ncpu2 ")
                .contains("\nbtime ");
        assertThat(read(find(sys, "devices/system/cpu/online"))).isEqualTo("0-1\n");
        assertThat(read(find(sys, "devices/system/cpu/cpu1/topology/core_id"))).isEqualTo("1\n");
    }

    @Test
    void fileSystemsAreListed() {
        assertThat(proc("filesystems"))
                .contains("nodev\tproc\n", "nodev\ttmpfs\n", "nodev\toverlay\n", "nodev\tsysfs\n");
        assertThat(proc("devices")).contains("  1 mem\n");
    }

    @Test
    void settingsHaveNames() {
        assertThat(proc("sys/kernel/hostname")).isEqualTo("guest\n");
        assertThat(proc("sys/kernel/osrelease")).startsWith("6.18");
        assertThat(proc("sys/kernel/random/uuid")).hasSize(37).isNotEqualTo(proc("sys/kernel/random/uuid"));
        assertThat(proc("sys/kernel/random/boot_id")).isEqualTo(proc("sys/kernel/random/boot_id"));
        assertThat(list(find(proc, "sys/vm"))).contains("overcommit_memory", "max_map_count", "swappiness");
    }

    @Test
    void numbersThatAreNoProcessAreNotFound() {
        assertThat(find(proc, "1")).isNull();
        assertThat(find(proc, "007")).isNull();
        assertThat(list(proc)).contains("self", "meminfo", "net", "sys");
    }

    @Test
    void devicesHaveNumbers() {
        assertThat(read(find(sys, "devices/virtual/mem/null/dev"))).isEqualTo("1:3\n");
        assertThat(find(sys, "class/mem/null").readlink(null)).isEqualTo("../../devices/virtual/mem/null");
        assertThat(find(sys, "dev/char/1:3").readlink(null)).isEqualTo("../../devices/virtual/mem/null");
    }

    @Test
    void cpuListsAreShort() {
        assertThat(Processors.list(0b1011)).isEqualTo("0-1,3");
        assertThat(Processors.list(1)).isEqualTo("0");
        assertThat(Processors.list(-1)).isEqualTo("0-63");
    }
}
