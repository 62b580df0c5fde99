package umlaut.engine.process;

import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Label;

/** The stub's text and tables, as mapped at {@link Layout#TEXT} in every stub process, and the addresses the JVM needs of it. */
final class StubImage {
    /** The whole image, padded to pages. */
    final byte[] bytes;

    final long entry;
    final long serviceStart;
    final long copyTableEntries;
    /** An XSAVE image of vector state as execve leaves it. */
    final long freshVectors;
    /** Four struct kernel_sigaction: system call, fault, interrupt, and the mask that blocks everything. */
    final long systemCallAction, faultAction, interruptAction, allSignals;
    /** An empty signal mask. */
    final long noSignals;

    /** Length of the code proper, from where system calls may come. */
    final int codeSize;

    StubImage(
            CopyTable table,
            long xfeatures,
            int xsaveSize,
            boolean fsgsbase,
            int jvmPid,
            boolean dropCapabilities,
            boolean closeRange) {
        Assembler a = new Assembler();
        StubEntry stub = new StubEntry(a, xfeatures, fsgsbase);
        StubHandlers handlers = new StubHandlers(a, stub);
        StubService service = new StubService(a, stub, dropCapabilities, closeRange);
        Label end = new Label();
        a.bind(handlers.textStart);
        stub.assemble();
        handlers.assemble(end);
        service.assemble();
        a.bind(end);
        codeSize = a.size();
        a.align(64);
        a.bind(stub.copyTable);
        for (int nr = 0; nr < CopyTable.SIZE; nr++) {
            a.quad(table.stubEntry(nr));
        }
        systemCallAction = action(a, handlers.systemCall, handlers.restorer);
        faultAction = action(a, handlers.fault, handlers.restorer);
        interruptAction = action(a, handlers.interrupt, handlers.restorer);
        constants(a, service, jvmPid);
        freshVectors = freshVectors(a, xsaveSize);
        allSignals = Layout.TEXT + a.size();
        a.quad(-1);
        a.align(4096);
        noSignals = Layout.TEXT + service.noSignals.position();
        copyTableEntries = Layout.TEXT + stub.copyTable.position();
        entry = Layout.TEXT + stub.entry.position();
        serviceStart = Layout.TEXT + service.start.position();
        bytes = a.toBytes();
    }

    private static void constants(Assembler a, StubService service, int jvmPid) {
        a.align(8);
        a.bind(service.jvmPid);
        a.quad(jvmPid);
        a.bind(service.noSignals);
        a.quad(0);
        a.bind(service.capHeader);
        a.quad(0x20080522); // _LINUX_CAPABILITY_VERSION_3, the calling thread
        a.bind(service.capData);
        for (int i = 0; i < 3; i++) {
            a.quad(0);
        }
    }

    /**
     * Legacy region and XSAVE header; all components at their initial state but for MXCSR, which is loaded even then. The rest is never looked at, but CPUs fault where it is not
     * mapped. @return its address
     */
    private static long freshVectors(Assembler a, int xsaveSize) {
        a.align(64);
        long address = Layout.TEXT + a.size();
        for (int at = 0; at < xsaveSize; at += 8) {
            a.quad(at == 0 ? 0x37f : at == 24 ? 0x1f80 : 0); // FCW, MXCSR
        }
        return address;
    }

    /** struct kernel_sigaction with SA_SIGINFO, SA_ONSTACK and SA_RESTORER; all signals blocked. @return its address */
    private static long action(Assembler a, Label handler, Label restorer) {
        a.align(8);
        long address = Layout.TEXT + a.size();
        a.quad(Layout.TEXT + handler.position());
        a.quad(0x4 | 0x0800_0000 | 0x0400_0000);
        a.quad(Layout.TEXT + restorer.position());
        a.quad(-1);
        return address;
    }
}
