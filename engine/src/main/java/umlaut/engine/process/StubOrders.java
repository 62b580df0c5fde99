package umlaut.engine.process;

import static umlaut.engine.x86.Gpr.*;

import umlaut.engine.x86.Assembler;
import umlaut.engine.x86.Cond;
import umlaut.engine.x86.Gpr;
import umlaut.engine.x86.Label;
import umlaut.engine.x86.Mem;

/** The part of the stub that runs the JVM's orders in a guest thread, under its filter. R13D answer, R14D index, R15 order. */
final class StubOrders {
    static final Gpr[] ARGUMENTS = {RDI, RSI, RDX, R10, R8, R9};

    private final Assembler a;
    private final StubEntry stub;
    private final long xfeatures;

    StubOrders(Assembler a, StubEntry stub, long xfeatures) {
        this.a = a;
        this.stub = stub;
        this.xfeatures = xfeatures;
    }

    void assemble() {
        Label internal = new Label(),
                result = new Label(),
                next = new Label(),
                failed = new Label(),
                done = new Label();
        a.bind(stub.runOrders);
        a.xorl(R14, R14);
        a.lea(R15, Mem.at(RBX, Area.ORDER));
        Label loop = a.here();
        a.cmpl(R14, Mem.at(RBX, Area.ORDER_COUNT));
        a.j(Cond.AE, done);
        a.mov(RAX, Mem.at(R15, 0));
        for (int i = 0; i < 6; i++) {
            a.mov(ARGUMENTS[i], Mem.at(R15, 8 + 8 * i));
        }
        a.cmpl(RAX, Order.COPY_OUT);
        a.j(Cond.AE, internal);
        a.syscall();
        a.bind(result);
        a.mov(Mem.at(R15, Order.RESULT), RAX);
        a.cmp(RAX, -4095);
        a.j(Cond.AE, failed);
        a.bind(next);
        a.add(R15, Order.SIZE);
        a.lea(R14, Mem.at(R14, 1));
        a.jmp(loop);
        a.bind(failed);
        a.movl(Mem.at(RBX, Area.FAILED_ORDER), R14);
        a.incl(Mem.at(RBX, Area.ORDERS_DONE));
        a.mov(R11, State.ORDER_FAILED);
        a.jmp(stub.post);
        a.bind(done);
        a.incl(Mem.at(RBX, Area.ORDERS_DONE));
        a.jmp(stub.ordersDone);
        internal(internal, result);
    }

    private void internal(Label internal, Label result) {
        Label copyOut = new Label(),
                copyWindow = new Label(),
                xsave = new Label(),
                xrstor = new Label(),
                good = new Label();
        a.bind(internal);
        a.cmpl(RAX, Order.COPY_WINDOW);
        a.j(Cond.E, copyWindow);
        a.cmpl(RAX, Order.XSAVE);
        a.j(Cond.C, copyOut);
        a.cmpl(RAX, Order.XRSTOR);
        a.j(Cond.C, xsave);
        a.j(Cond.E, xrstor);
        a.bind(stub.orderAccess);
        a.movl(RAX, RSI);
        a.lockCmpxchgl(Mem.at(RDI, 0), RDX);
        a.movl(RAX, RAX);
        a.jmp(result);
        a.bind(xsave);
        a.mov(RAX, xfeatures & 0xffffffffL);
        a.mov(RDX, xfeatures >>> 32);
        a.xsave(Mem.at(RDI, 0));
        a.jmp(good);
        a.bind(xrstor);
        a.mov(RAX, xfeatures & 0xffffffffL);
        a.mov(RDX, xfeatures >>> 32);
        a.xrstor(Mem.at(RDI, 0));
        a.bind(good);
        a.xorl(RAX, RAX);
        a.jmp(result);
        a.bind(stub.orderAccessEnd);
        a.bind(stub.orderFault);
        a.mov(RAX, -14); // EFAULT
        a.jmp(result);

        a.bind(copyOut);
        a.add(RSI, RBX);
        a.bind(stub.copyOut);
        stub.copyLoop(good);
        a.bind(stub.copyOutEnd);
        a.bind(stub.copyOutFault);
        a.test(R10, R10);
        a.j(Cond.NE, good);
        a.mov(Mem.at(RBX, Area.RAX), -14);
        a.jmp(good);

        a.bind(copyWindow);
        a.bind(stub.copyWindow);
        stub.copyLoop(good);
        a.bind(stub.copyWindowEnd);
        a.bind(stub.copyWindowFault);
        a.movl(Mem.at(RBX, Area.COPY_FAILED), 1);
        a.jmp(good);
    }
}
