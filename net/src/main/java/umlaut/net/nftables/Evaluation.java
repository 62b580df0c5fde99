package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.net.core.Be;
import umlaut.net.netfilter.NfHook;
import umlaut.net.netfilter.NfPacket;

/** A packet on its way through a chain's rules (nft_do_chain): registers and the verdict so far. */
final class Evaluation {
    /** Jumps within jumps (NFT_JUMP_STACK_SIZE). */
    static final int MOST_JUMPS = 16;

    final NfPacket packet;
    final Table table;
    final byte[] registers = new byte[Register.BYTES];
    int verdict = Verdict.CONTINUE;

    @Nullable String chain;

    Evaluation(NfPacket packet, Table table) {
        this.packet = packet;
        this.table = table;
    }

    // --- for expressions ---

    /** The rule does not match. */
    void noMatch() {
        verdict = Verdict.BREAK;
    }

    void set(Verdict to) {
        verdict = to.code();
        chain = to.chain();
    }

    /** A number in host byte order. */
    void put32(int register, int value) {
        Be.put32(registers, register, Integer.reverseBytes(value));
    }

    int i32(int register) {
        return Integer.reverseBytes(Be.i32(registers, register));
    }

    /** The rest of its 4 bytes is 0. */
    void put16(int register, int value) {
        put32(register, 0);
        registers[register] = (byte) value;
        registers[register + 1] = (byte) (value >> 8);
    }

    void put8(int register, int value) {
        put32(register, value & 0xff);
    }

    /** A number in network byte order. */
    void putBe16(int register, int value) {
        put32(register, 0);
        Be.put16(registers, register, value);
    }

    void put64(int register, long value) {
        Be.put64(registers, register, Long.reverseBytes(value));
    }

    /** Bytes, padded to four with zeros. */
    void put(int register, byte[] bytes, int at, int length) {
        int padded = Math.min(length + 3 & ~3, Register.BYTES - register);
        java.util.Arrays.fill(registers, register, register + padded, (byte) 0);
        System.arraycopy(bytes, at, registers, register, length);
    }

    byte[] get(int register, int length) {
        return java.util.Arrays.copyOfRange(registers, register, register + length);
    }

    // --- the way through ---

    /** @return NF_DROP or NF_ACCEPT */
    static int run(NfPacket packet, Table table, Chain base) {
        Evaluation e = new Evaluation(packet, table);
        e.walk(base, 0);
        return switch (e.verdict) {
            case Verdict.DROP -> NfHook.DROP;
            case Verdict.ACCEPT -> NfHook.ACCEPT;
            default -> base.end(packet.skb.length());
        };
    }

    /** Leaves DROP, ACCEPT, RETURN (of the base chain: its policy) or CONTINUE. */
    private void walk(Chain first, int depth) {
        Chain at = first;
        for (int hops = 0; hops <= MOST_JUMPS; hops++) {
            Chain next = rules(at, depth);
            if (next == null) {
                return;
            }
            at = next;
        }
        verdict = Verdict.DROP;
    }

    /** @return where a goto leads; null: the chain has been left */
    private @Nullable Chain rules(Chain at, int depth) {
        for (Rule rule : at.rules) {
            verdict = Verdict.CONTINUE;
            for (Expression expression : rule.expressions) {
                expression.run(this);
                if (verdict != Verdict.CONTINUE) {
                    break;
                }
            }
            switch (verdict) {
                case Verdict.CONTINUE, Verdict.BREAK -> {}
                case Verdict.GOTO -> {
                    return target();
                }
                case Verdict.JUMP -> {
                    Chain to = target();
                    if (to == null || depth >= MOST_JUMPS) {
                        verdict = Verdict.DROP;
                        return null;
                    }
                    walk(to, depth + 1);
                    if (verdict == Verdict.DROP || verdict == Verdict.ACCEPT) {
                        return null;
                    }
                }
                default -> {
                    return null;
                }
            }
        }
        verdict = Verdict.CONTINUE;
        return null;
    }

    private @Nullable Chain target() {
        Chain to = chain == null ? null : table.chains.get(chain);
        if (to == null) {
            verdict = Verdict.DROP;
        }
        return to;
    }
}
