package umlaut.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import umlaut.oci.Failure;

/** Files between the host and running guests, by docker cp's rules. */
public final class Copy {
    private Copy() {}

    /** The last part of a path; "." for the root, and for a path that ends in it: then what is in the directory is meant. */
    private static String top(String path) {
        String trimmed = path;
        while (trimmed.endsWith("/") && trimmed.length() > 1) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        String last = trimmed.substring(trimmed.lastIndexOf('/') + 1);
        return last.isEmpty() || last.equals("..") ? "." : last;
    }

    private static Fields request(String path, String name, boolean follow) {
        return new Fields().set("path", path).set("name", name).set("follow", follow);
    }

    /** @param path in the guest. @param to a file or directory of the host, there or not */
    public static void out(Guest guest, String path, Path to, boolean follow) {
        String top = top(path);
        try (Connection connection = Client.connect(guest)) {
            connection.write(Frame.of(Frame.GET, request(path, top, follow)));
            boolean directory = connection.require().orThrow().fields().isSet("directory");
            boolean into = Files.isDirectory(to);
            if (directory && Files.exists(to) && !into) {
                throw new DaemonException("'" + to + "' is no directory");
            }
            HostUnpacker unpacker;
            if (top.equals(".")) {
                if (!into) {
                    Files.createDirectory(to);
                }
                unpacker = new HostUnpacker(to.toRealPath(), "", "");
            } else if (into) {
                unpacker = new HostUnpacker(to.toRealPath(), "", "");
            } else {
                Path absolute = to.toAbsolutePath();
                Path parent = absolute.getParent();
                if (parent == null || !Files.isDirectory(parent)) {
                    throw new DaemonException("no directory '" + parent + "'");
                }
                unpacker = new HostUnpacker(parent.toRealPath(), top, HostPacker.latin(absolute.getFileName()));
            }
            unpacker.unpack(FrameStreams.in(connection, Frame.OUTPUT));
        } catch (IOException e) {
            throw new DaemonException("cannot copy to '" + to + "': " + Failure.reason(e));
        }
    }

    /** What is done with an archive. */
    public interface Sink {
        void take(InputStream archive) throws IOException;
    }

    /** As an archive. @param oneFileSystem only what is in the file system that the path is in */
    public static void out(Guest guest, String path, boolean follow, boolean oneFileSystem, Sink to) {
        try (Connection connection = Client.connect(guest)) {
            Fields request = request(path, top(path), follow).set("one-file-system", oneFileSystem);
            connection.write(Frame.of(Frame.GET, request));
            connection.require().orThrow();
            to.take(FrameStreams.in(connection, Frame.OUTPUT));
        } catch (IOException e) {
            throw new DaemonException("cannot copy from guest '" + guest.name() + "': " + Failure.reason(e));
        }
    }

    /** @param owners files keep their owners' numbers; else they are root's */
    public static void in(Guest guest, Path from, String path, boolean owners) {
        if (!Files.exists(from, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw new DaemonException("no file or directory '" + from + "'");
        }
        String text = HostPacker.latin(from);
        String name = text.endsWith("/.") || text.equals(".")
                ? "."
                : top(HostPacker.latin(from.toAbsolutePath().normalize()));
        put(guest, path, name, Files.isDirectory(from), out -> new HostPacker(out, owners).pack(from, name));
    }

    /** Unpacks an archive in a directory of the guest. */
    public static void in(Guest guest, InputStream archive, String path) {
        put(guest, path, "", true, archive::transferTo);
    }

    /** Writes an archive. */
    private interface Source {
        void writeTo(OutputStream out) throws IOException;
    }

    private static void put(Guest guest, String path, String name, boolean directory, Source source) {
        try (Connection connection = Client.connect(guest)) {
            Fields request = request(path, name, false).set("directory", directory);
            connection.write(Frame.of(Frame.PUT, request));
            connection.require().orThrow();
            try {
                OutputStream out = FrameStreams.out(connection, Frame.INPUT);
                source.writeTo(out);
                out.flush();
                connection.write(Frame.of(Frame.INPUT_END));
            } catch (IOException e) {
                Frame answer = connection.read();
                if (answer != null) {
                    answer.orThrow(); // why it has stopped listening
                }
                throw e;
            }
            connection.require().orThrow();
        } catch (IOException e) {
            throw new DaemonException("cannot copy to guest '" + guest.name() + "': " + Failure.reason(e));
        }
    }
}
