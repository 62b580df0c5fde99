package umlaut.net.nftables;

import umlaut.abi.Errno;

/** What messages of a batch call by numbers, as it has no name yet. */
interface Names {
    /** For expressions that name nothing. */
    Names NONE = new Names() {
        @Override
        public String chain(int id) {
            throw Errno.ENOENT.exception();
        }

        @Override
        public NftSet set(String name, int id) {
            throw Errno.ENOENT.exception();
        }

        @Override
        public Table table() {
            throw Errno.ENOENT.exception();
        }
    };

    /** @throws umlaut.abi.ErrnoException ENOENT */
    String chain(int id);

    /** @param name what the message says besides @throws umlaut.abi.ErrnoException ENOENT */
    NftSet set(String name, int id);

    Table table();
}
