package umlaut.daemon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import umlaut.oci.Failure;

/**
 * All guests of a user. There is no process that knows them: each command looks at the files, so that nothing need be found again after a crash. A guest comes and goes by one rename of its
 * directory; a name is taken by making the link, which only one can.
 */
public final class Guests {
    private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}", ID = "[0-9a-f]{64}";

    private final Places places;

    public Guests(Places places) {
        this.places = places;
    }

    // --- looking ---

    /** The oldest first. What a killed process could not take away itself goes on the way. */
    public List<Guest> list() {
        Map<String, String> names = names();
        List<Guest> found = new ArrayList<>();
        for (Path directory : children(places.guests())) {
            String id = directory.getFileName().toString();
            if (id.matches(ID)) {
                Guest guest = open(id, names.getOrDefault(id, ""));
                if (guest != null && !swept(guest)) {
                    found.add(guest);
                }
            }
        }
        found.sort(Comparator.comparing(g -> g.record().createdAt()));
        return found;
    }

    /** By name, id, or the beginning of an id. @throws DaemonException if there is none, or more than one */
    public Guest get(String reference) {
        Guest guest = find(reference);
        if (guest == null) {
            throw new DaemonException("no guest '" + reference + "': 'umlaut ps -a' shows those there are");
        }
        return guest;
    }

    public @Nullable Guest find(String reference) {
        if (reference.matches(NAME)) {
            String id = target(places.names().resolve(reference));
            Guest named = id == null ? null : open(id, reference);
            if (named != null) {
                return swept(named) ? null : named;
            }
        }
        if (!reference.matches("[0-9a-f]{1,64}")) {
            return null;
        }
        List<String> ids = children(places.guests()).stream()
                .map(p -> p.getFileName().toString())
                .filter(id -> id.matches(ID) && id.startsWith(reference))
                .toList();
        if (ids.size() > 1) {
            throw new DaemonException("more than one guest's id begins with '" + reference + "': write more of it");
        }
        Guest guest = ids.isEmpty() ? null : open(ids.getFirst(), names().getOrDefault(ids.getFirst(), ""));
        return guest == null || swept(guest) ? null : guest;
    }

    private @Nullable Guest open(String id, String name) {
        try {
            GuestRecord record =
                    new GuestRecord(Fields.parse(SafeFile.read(places.guest(id).resolve(Guest.RECORD))));
            return record.id().equals(id) ? new Guest(places, id, name, record) : null;
        } catch (IOException e) {
            return null; // it has just gone
        }
    }

    private Map<String, String> names() {
        Map<String, String> byId = new HashMap<>();
        for (Path link : children(places.names())) {
            String id = target(link);
            if (id != null) {
                byId.putIfAbsent(id, link.getFileName().toString());
            }
        }
        return byId;
    }

    private static @Nullable String target(Path link) {
        try {
            return Files.readSymbolicLink(link).getFileName().toString();
        } catch (IOException e) {
            return null;
        }
    }

    private static List<Path> children(Path directory) {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            entries.forEach(all::add);
        } catch (IOException e) {
            throw new DaemonException("cannot read '" + directory + "': " + Failure.reason(e));
        }
        return all;
    }

    /** A guest that ends with its process, whose process has been killed. The socket of any such goes too. */
    private boolean swept(Guest guest) {
        GuestState state = guest.state();
        if (state.isLive()) {
            return false;
        }
        try {
            if (state.status() == GuestState.Status.EXITED) {
                Files.deleteIfExists(guest.socket());
            }
            if (state.status() == GuestState.Status.EXITED && guest.record().autoRemove()) {
                forget(guest);
                return true;
            }
        } catch (IOException e) {
            return false; // it stays until somebody may remove it
        }
        return false;
    }

    // --- changing ---

    /** Whether that can be a guest's name. @throws DaemonException if not */
    public static void checkName(String name) {
        if (!name.matches(NAME)) {
            throw new DaemonException(
                    125, "'" + name + "' cannot be a guest's name: use letters, digits, '_', '.' and '-'");
        }
    }

    public static String newId() {
        return Names.id();
    }

    /**
     * Makes a guest known.
     *
     * @param name null: one is invented
     * @param stable it must survive a crash of the host
     * @throws DaemonException if the name is taken
     */
    public Guest create(GuestRecord record, @Nullable String name, boolean stable) {
        String id = record.id();
        Path draft = places.guests().resolve(".new-" + id);
        try {
            Files.createDirectory(draft);
            SafeFile.write(draft.resolve(Guest.RECORD), record.fields().toString(), stable);
            GuestState.FRESH.write(draft.resolve(Guest.STATE), stable);
            Files.move(draft, places.guest(id), StandardCopyOption.ATOMIC_MOVE);
            String taken = name;
            for (int attempt = 0; taken == null; attempt++) {
                String invented = Names.invent(ThreadLocalRandom.current(), attempt);
                taken = link(invented, id) ? invented : null;
            }
            if (name != null && !link(name, id)) {
                deleteTree(places.guest(id));
                throw taken(name);
            }
            if (stable) {
                SafeFile.syncDirectory(places.guests());
                SafeFile.syncDirectory(places.names());
            }
            return new Guest(places, id, taken, record);
        } catch (IOException e) {
            throw new DaemonException(125, "cannot make a guest in '" + places.guests() + "': " + Failure.reason(e));
        }
    }

    private DaemonException taken(String name) {
        Guest holder = find(name);
        return new DaemonException(
                125,
                "the name '" + name + "' is in use by guest " + (holder == null ? "" : holder.shortId())
                        + ": 'umlaut rm " + name + "', or another name");
    }

    /** Takes a name. One whose guest is no more is free. */
    private boolean link(String name, String id) throws IOException {
        Path link = places.names().resolve(name);
        Path target = Path.of("../guests", id);
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (FileAlreadyExistsException e) {
            if (Files.exists(link) || find(name) != null) {
                return false;
            }
            Files.deleteIfExists(link);
        }
        try {
            Files.createSymbolicLink(link, target);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    /** Rewrites what may change of a record. */
    public void update(Guest guest, Fields fields) {
        try {
            SafeFile.write(guest.directory().resolve(Guest.RECORD), fields.toString(), true);
        } catch (IOException e) {
            throw new DaemonException("guest '" + guest.name() + "': cannot write: " + Failure.reason(e));
        }
    }

    public void rename(Guest guest, String name) {
        checkName(name);
        if (name.equals(guest.name())) {
            throw new DaemonException("guest '" + name + "' has that name");
        }
        try {
            if (!link(name, guest.id())) {
                throw taken(name);
            }
            if (!guest.name().isEmpty()) {
                Files.deleteIfExists(places.names().resolve(guest.name()));
            }
        } catch (IOException e) {
            throw new DaemonException("cannot rename guest '" + guest.name() + "': " + Failure.reason(e));
        }
    }

    /** Forgets it and all that is kept of it here. It must not be running. */
    public void remove(Guest guest) {
        try {
            forget(guest);
        } catch (IOException e) {
            throw new DaemonException("cannot remove guest '" + guest.name() + "': " + Failure.reason(e));
        }
    }

    private void forget(Guest guest) throws IOException {
        Files.deleteIfExists(guest.socket());
        Path link = places.names().resolve(guest.name());
        if (!guest.name().isEmpty() && guest.id().equals(target(link))) {
            Files.deleteIfExists(link);
        }
        Path gone = places.guests().resolve(".gone-" + guest.id());
        if (Files.exists(guest.directory(), LinkOption.NOFOLLOW_LINKS)) {
            Files.move(guest.directory(), gone, StandardCopyOption.ATOMIC_MOVE);
            deleteTree(gone);
        }
    }

    /** What killed commands have left half made or half gone. */
    public int prune() {
        int count = 0;
        for (Path directory : children(places.guests())) {
            if (directory.getFileName().toString().startsWith(".")) {
                try {
                    deleteTree(directory);
                    count++;
                } catch (IOException e) {
                    throw new DaemonException("cannot remove '" + directory + "': " + Failure.reason(e));
                }
            }
        }
        return count;
    }

    private static void deleteTree(Path top) throws IOException {
        try (Stream<Path> all = Files.walk(top)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
