package umlaut.abi;

import java.util.ArrayList;
import java.util.List;
import umlaut.abi.SyscallSpec.Arg;

/** Makes {@link CopyTableData} from {@code syscalls.tsv}; {@link CopyTableTest} fails where the two differ. */
final class CopyTableGenerator {
    private CopyTableGenerator() {}

    /** The packed form, see {@link CopyTable#entries}. */
    static String packed(SyscallTable table) {
        StringBuilder packed = new StringBuilder();
        for (SyscallSpec spec : table.all()) {
            long entry = entry(spec);
            if (entry != 0) {
                packed.append((char) spec.number());
                for (int i = 0; i < 4; i++) {
                    packed.append((char) (entry >>> 16 * i));
                }
            }
        }
        return packed.toString();
    }

    private static long entry(SyscallSpec call) {
        long entry = switch (call.number()) {
            case Nr.CLONE, Nr.FORK, Nr.VFORK, Nr.CLONE3 -> CopyTable.FORKS;
            default -> 0;
        };
        List<Integer> specs = new ArrayList<>();
        for (int i = 0; i < call.args().size(); i++) {
            int spec = spec(call.args().get(i), i);
            if (spec != 0 && specs.size() < CopyTable.MAX_SPECS) {
                entry |= (long) spec << 16 * specs.size();
                specs.add(spec);
            }
        }
        return entry;
    }

    private static int spec(Arg arg, int index) {
        return switch (arg.kind()) {
            case PATH, STR -> index | CopyTable.PATH << 3;
            case STRUCT_IN, STRUCT_INOUT -> fixed(index, StructSize.of(arg.detail()));
            case SIGSET_IN -> fixed(index, SigConst.SIGSET_SIZE);
            case BUF_IN, SOCKADDR_IN -> counted(index, arg.length(), 1);
            case IOV_IN, IOV_OUT -> counted(index, arg.length(), Iovec.SIZE);
            case ARRAY_IN, ARRAY_INOUT -> counted(index, arg.length(), StructSize.of(arg.detail()));
            default -> 0;
        };
    }

    private static int fixed(int index, int size) {
        return index | CopyTable.FIXED << 3 | size << 5;
    }

    /** Elements whose size is no power of two are left out. */
    private static int counted(int index, int lengthArgument, int size) {
        int shift = Integer.numberOfTrailingZeros(size);
        return 1 << shift != size ? 0 : index | CopyTable.COUNTED << 3 | lengthArgument << 5 | shift << 8;
    }

    static String source(String packed) {
        StringBuilder java = new StringBuilder();
        java.append(
                "package umlaut.abi;\n\n/** The contents of {@link CopyTable}, made from {@code syscalls.tsv}. */\n");
        java.append(
                "final class CopyTableData {\n    /** See {@link CopyTable#entries}. */\n    static final String PACKED = \"\"");
        for (int at = 0; at < packed.length(); at += 15) {
            java.append("\n            + \"");
            packed.substring(at, Math.min(at + 15, packed.length())).chars().forEach(c -> java.append(escape(c)));
            java.append('"');
        }
        return java.append(";\n\n    private CopyTableData() {}\n}\n").toString();
    }

    private static String escape(int c) {
        return c < 0x100 ? "\\%03o".formatted(c) : "\\u%04x".formatted(c);
    }
}
