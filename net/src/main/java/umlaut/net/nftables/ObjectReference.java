package umlaut.net.nftables;

import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.net.netlink.NlReader;
import umlaut.net.netlink.NlWriter;

/** Runs a named object, given by its name or found in a map (net/netfilter/nft_objref.c). */
final class ObjectReference extends Expression {
    private static final int TYPE = 1, NAME = 2, SREG = 3, SET = 4, SET_ID = 5;

    private final Table.@Nullable ObjectKey key;
    private final @Nullable String set;
    private final int objectType;
    private final int register;
    private final int keyLength;

    ObjectReference(NlReader in, Names names) {
        if (in.has(SREG)) {
            NftSet found = names.set(in.needText(SET), in.be32(SET_ID, 0));
            if (!found.spec.has(NftSet.OBJECT)) {
                throw Errno.EINVAL.exception();
            }
            set = found.name;
            objectType = found.spec.objectType();
            keyLength = found.spec.keyLength();
            register = Register.read(in, SREG, keyLength);
            key = null;
            return;
        }
        set = null;
        keyLength = 0;
        register = -1;
        objectType = in.be32(TYPE, -1);
        key = new Table.ObjectKey(objectType, in.needText(NAME));
        if (!names.table().objects.containsKey(key)) {
            throw Errno.ENOENT.exception();
        }
    }

    @Override
    String name() {
        return "objref";
    }

    @Override
    @Nullable String setName() {
        return set;
    }

    Table.@Nullable ObjectKey object() {
        return key;
    }

    @Override
    void run(Evaluation e) {
        Table.ObjectKey wanted = key;
        if (set != null) {
            NftSet in = e.table.sets.get(set);
            Element found = in == null ? null : in.find(e.get(register, keyLength), e.packet.net.nowNs());
            wanted = found == null || found.object == null ? null : new Table.ObjectKey(objectType, found.object);
        }
        NftObject object = wanted == null ? null : e.table.objects.get(wanted);
        if (object == null) {
            e.noMatch();
        } else {
            object.expression.run(e);
        }
    }

    @Override
    void write(NlWriter out) {
        if (key != null) {
            out.be32(TYPE, key.type()).text(NAME, key.name());
        } else if (set != null) {
            Register.write(out, SREG, register);
            out.text(SET, set);
        }
    }
}
