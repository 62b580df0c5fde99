package umlaut.fs.support;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.cred.Credentials;

/** A file that others than its owner may treat as theirs: a setting of a namespace, by who administers that. */
final class OwnedText extends TextInode {
    private final @Nullable Predicate<Credentials> owners;

    OwnedText(
            TreeFs fs,
            long ino,
            int permissions,
            TextSource source,
            @Nullable TextSink sink,
            @Nullable Predicate<Credentials> owners) {
        super(fs, ino, permissions, source, sink);
        this.owners = owners;
    }

    @Override
    public boolean permits(Credentials credentials, int mask) {
        boolean asOwner = (mode >> 6 & mask) == mask;
        return super.permits(credentials, mask) || asOwner && isOwner(credentials);
    }

    private boolean isOwner(Credentials credentials) {
        return owners != null && owners.test(credentials);
    }
}
