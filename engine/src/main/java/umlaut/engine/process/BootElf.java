package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.host.Syscall;

/**
 * The program that the first stub process is started with: a static ELF file of one segment that maps the stub's text and the service pages and goes on
 * there as a service thread. All else is done by the service's orders. See elf(5).
 */
final class BootElf {
    private static final long BASE = 0x40_0000;
    private static final int HEADERS = 64 + 56;
    private static final int MAP_PRIVATE = 2, MAP_SHARED = 1, MAP_FIXED_NOREPLACE = 0x100000;

    private BootElf() {}

    /**
     * @param textFd descriptor of the stub image, as the new process will inherit it
     * @param areaFd descriptor of the area file, likewise
     */
    static byte[] build(StubImage image, ServiceSecret secret, int textFd, int areaFd, int spaceSlot) {
        Assembler a = new Assembler();
        Label die = new Label();
        long offset = (long) spaceSlot << Layout.SLOT_SHIFT;
        map(a, die, Layout.TEXT, image.bytes.length, 5, MAP_PRIVATE, textFd, 0);
        map(a, die, Layout.ORDERS, Layout.ORDERS_SIZE, 1, MAP_SHARED, areaFd, offset);
        map(a, die, Layout.REPLY, Layout.REPLY_SIZE, 3, MAP_SHARED, areaFd, offset + Layout.ORDERS_SIZE);
        a.mov(RDI, 1); // PR_SET_PDEATHSIG, SIGKILL
        a.mov(RSI, 9);
        a.mov(RAX, Syscall.PRCTL);
        a.syscall();
        secret.load(a);
        a.mov(RAX, image.serviceStart);
        a.jmp(RAX);
        a.bind(die);
        a.mov(RDI, 127);
        a.mov(RAX, Syscall.EXIT_GROUP);
        a.syscall();
        byte[] code = a.toBytes();
        ByteBuffer elf = ByteBuffer.allocate(HEADERS + code.length).order(ByteOrder.LITTLE_ENDIAN);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        elf.putShort((short) 2)
                .putShort((short) 62)
                .putInt(1)
                .putLong(BASE + HEADERS)
                .putLong(64)
                .putLong(0);
        elf.putInt(0)
                .putShort((short) 64)
                .putShort((short) 56)
                .putShort((short) 1)
                .putShort((short) 64)
                .putInt(0);
        elf.putInt(1)
                .putInt(5)
                .putLong(0)
                .putLong(BASE)
                .putLong(BASE)
                .putLong(elf.capacity())
                .putLong(elf.capacity())
                .putLong(4096);
        return elf.put(code).array();
    }

    private static void map(Assembler a, Label die, long address, int size, int prot, int flags, int fd, long offset) {
        long[] arguments = {address, size, prot, flags | MAP_FIXED_NOREPLACE, fd, offset};
        for (int i = 0; i < 6; i++) {
            a.mov(StubOrders.ARGUMENTS[i], arguments[i]);
        }
        a.mov(RAX, Syscall.MMAP);
        a.syscall();
        a.mov(Gpr.RCX, address);
        a.cmp(RAX, RCX);
        a.j(Cond.NE, die);
    }
}
