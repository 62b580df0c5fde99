package umlaut.abi;

import umlaut.abi.SyscallSpec.Arg;

/** Makes {@link CopyTableData} from {@code syscalls.tsv}; {@link CopyTableTest} fails where the two differ. */
final class CopyTableGenerator {
    private CopyTableGenerator() {}

    /** The packed form, a char for each byte. */
    static String packed(SyscallTable table) {
        StringBuilder packed = new StringBuilder();
        for (SyscallSpec spec : table.all()) {
            StringBuilder entries = new StringBuilder();
            for (int i = 0; i < spec.args().size(); i++) {
                entry(spec.args().get(i), i, entries);
            }
            int flags = flags(spec.number());
            if (entries.length() > 0 || flags != 0) {
                packed.append((char) (spec.number() & 0xff)).append((char) (spec.number() >> 8));
                packed.append((char) (entries.length() / 4))
                        .append((char) flags)
                        .append(entries);
            }
        }
        return packed.toString();
    }

    private static int flags(int number) {
        return switch (number) {
            case Nr.CLONE, Nr.FORK, Nr.VFORK, Nr.CLONE3 -> CopyTable.FORKS;
            default -> 0;
        };
    }

    private static void entry(Arg arg, int index, StringBuilder to) {
        switch (arg.kind()) {
            case PATH, STR -> add(to, index, CopyTable.PATH, 0, 0);
            case STRUCT_IN, STRUCT_INOUT -> fixed(to, index, StructSize.of(arg.detail()));
            case SIGSET_IN -> fixed(to, index, SigConst.SIGSET_SIZE);
            case BUF_IN, SOCKADDR_IN -> add(to, index, CopyTable.COUNTED, arg.length(), 1);
            case IOV_IN, IOV_OUT -> add(to, index, CopyTable.COUNTED, arg.length(), Iovec.SIZE);
            case ARRAY_IN, ARRAY_INOUT -> add(to, index, CopyTable.COUNTED, arg.length(), StructSize.of(arg.detail()));
            case FDSET -> add(to, index, CopyTable.BITS, arg.length(), 0);
            default -> {}
        }
    }

    private static void fixed(StringBuilder to, int index, int size) {
        add(to, index, CopyTable.FIXED, size & 0xff, size >> 8);
    }

    private static void add(StringBuilder to, int index, int kind, int x, int y) {
        to.append((char) index).append((char) kind).append((char) x).append((char) y);
    }

    static String source(String packed) {
        StringBuilder java = new StringBuilder();
        java.append("package umlaut.abi;\n\n/** The bytes of {@link CopyTable}, written by CopyTableGenerator. */\n");
        java.append(
                "final class CopyTableData {\n    /** A char for each byte. */\n    static final String PACKED = \"\"");
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < packed.length(); i++) {
            char c = packed.charAt(i);
            // A following digit would be taken into an octal escape of fewer than three digits.
            line.append(c >= 'A' && c <= 'z' && c != '\\' ? String.valueOf(c) : "\\%03o".formatted((int) c));
            if (line.length() > 90 || i == packed.length() - 1) {
                java.append("\n            + \"").append(line).append('"');
                line.setLength(0);
            }
        }
        return java.append(";\n\n    private CopyTableData() {}\n}\n").toString();
    }
}
