package umlaut.engine.process;

import java.lang.foreign.MemorySegment;
import umlaut.engine.Reg;
import umlaut.host.Layouts;

/** All registers of a thread at once, as signal frames want them. */
final class ThreadRegisters {
    private ThreadRegisters() {}

    /** @param full whether RCX and R11 are in the area; else the system call has spoilt them */
    static void load(MemorySegment area, Texts texts, boolean full, long[] to) {
        for (int i = 0; i < Area.REGISTERS.length; i++) {
            to[i] = area.get(Layouts.LONG, Area.REGISTERS[i]);
        }
        to[Reg.RIP] = texts.toGuest(to[Reg.RIP]);
        if (!full) {
            to[Reg.RCX] = to[Reg.RIP];
            to[Reg.R11] = to[Reg.RFLAGS];
        }
    }

    /** To be followed by a full return. */
    static void store(MemorySegment area, Texts texts, long[] from) {
        for (int i = 0; i < Area.REGISTERS.length; i++) {
            long value = i == Reg.RIP ? texts.toHost(from[i]) : from[i];
            area.set(Layouts.LONG, Area.REGISTERS[i], value);
        }
    }

    /** Fills in what a new host thread needs before it starts. */
    static void prepare(NativeEngine engine, int slot) {
        MemorySegment area = engine.areas.slot(slot);
        area.set(Layouts.LONG, Area.SELF, Layout.areaAddress(slot));
        area.set(Layouts.INT, Area.CPU, -1);
        area.set(Layouts.LONG, Area.ENTRY, engine.image.entry);
        area.set(Layouts.LONG, Area.RFLAGS, 0x202);
        area.set(Layouts.LONG, Area.STACK_T, Layout.areaAddress(slot) + Area.SIGNAL_STACK);
        area.set(Layouts.LONG, Area.STACK_T + 16, Area.SIGNAL_STACK_SIZE);
    }
}
