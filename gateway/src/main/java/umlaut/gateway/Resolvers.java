package umlaut.gateway;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import umlaut.net.core.IpAddress;

/** The host's name servers, as resolv.conf(5) says at the moment. Used by one thread. */
final class Resolvers {
    private static final int MAX = 3;

    private final Path file;
    private int next;

    Resolvers(Path file) {
        this.file = file;
    }

    /** The one to ask; after {@link #failed}, the next. @return null: there is none */
    @Nullable IpAddress current() {
        List<IpAddress> all = read();
        return all.isEmpty() ? null : all.get(next % all.size());
    }

    /** The current one has not answered. */
    void failed() {
        next = next + 1 & 0xffff;
    }

    private List<IpAddress> read() {
        List<IpAddress> found = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                String[] words = line.strip().split("\\s+");
                IpAddress address =
                        words.length >= 2 && words[0].equals("nameserver") ? IpAddress.parse(words[1]) : null;
                if (address != null && found.size() < MAX) {
                    found.add(address);
                }
            }
        } catch (IOException e) {
            // No such file: resolv.conf(5) says that the machine itself is then asked.
        }
        if (found.isEmpty()) {
            found.add(IpAddress.LOOPBACK4);
        }
        return found;
    }
}
