package umlaut.fs.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static umlaut.fs.support.TestTree.read;
import static umlaut.fs.support.TestTree.write;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.OpenFlags;
import umlaut.fs.StandardFileSystems;
import umlaut.fs.support.TestTree;
import umlaut.kernel.Kernel;
import umlaut.kernel.vfs.File;
import umlaut.kernel.vfs.LookupContext;

/** The memory devices through the nodes of devtmpfs. */
class MemoryDevicesTest {
    private final Kernel kernel = TestTree.kernel();

    @BeforeEach
    void mount() {
        kernel.vfs.mountRoot(StandardFileSystems.register(kernel).dev().mount(kernel, "dev", "", 1, false), "dev", 0);
    }

    private File device(String name) {
        return kernel.vfs.open(LookupContext.kernel(kernel.vfs.namespace()), "/" + name, OpenFlags.O_RDWR, 0);
    }

    @Test
    void nullTakesAllAndGivesNothing() {
        File file = device("null");
        assertThat(write(file, "anything", 0)).isEqualTo(8);
        assertThat(read(file)).isEmpty();
        file.release();
    }

    @Test
    void zeroGivesAnyNumberOfZeros() {
        File file = device("zero");
        assertThat(read(file, 100_000, 0)).hasSize(100_000).containsOnlyOnce("\0".repeat(100_000));
        file.release();
    }

    @Test
    void fullHasNoRoom() {
        File file = device("full");
        assertThat(write(file, "x", 0)).isEqualTo(Errno.ENOSPC.negative());
        assertThat(read(file, 4, 0)).isEqualTo("\0\0\0\0");
        file.release();
    }

    @Test
    void randomIsNotTheSameTwice() {
        File file = device("urandom");
        assertThat(read(file, 32, 0)).hasSize(32).isNotEqualTo(read(file, 32, 0));
        file.release();
    }

    @Test
    void kmsgIsTheKernelsLog() {
        kernel.log.info("first line");
        File file = device("kmsg");
        file.seek(0, 0);
        String line = read(file, 1000, 0);
        assertThat(line).startsWith("6,").endsWith(";first line\n");
        assertThat(write(file, "<3>said by a program\n", 0)).isEqualTo(21);
        assertThat(read(file, 1000, 0)).startsWith("3,").endsWith(";said by a program\n");
        file.release();
    }

    @Test
    void thereIsNoMemoryDevice() {
        DevTree.node(kernel.vfs.namespace().rootPath().inode(), "mem", umlaut.abi.Mode.S_IFCHR | 0600, 1, 1);
        Errno error = null;
        try {
            device("mem");
        } catch (ErrnoException e) {
            error = e.errno();
        }
        assertThat(error).isEqualTo(Errno.ENXIO);
    }
}
