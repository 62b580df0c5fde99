package umlaut.daemon;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashMap;
import java.util.Map;
import umlaut.abi.Mode;
import umlaut.machine.GuestFiles;
import umlaut.machine.MachineException;
import umlaut.machine.image.FileAttributes;
import umlaut.oci.TarEntry;
import umlaut.oci.TarReader;
import umlaut.oci.TarWriter;

/** Files of a running guest as tar archives over a connection, both ways. */
final class CopySession {
    private static final int MOST_DEPTH = 1000;

    private final Connection connection;
    private final GuestFiles files;
    /** Where in the archive a file with several names stands already. */
    private final Map<String, String> linked = new HashMap<>();

    CopySession(Connection connection, Watch watch) {
        this.connection = connection;
        files = watch.running().machine().files();
    }

    // --- out of the guest ---

    /** Answers with whether it is a directory; then come frames with the archive; then it is done. */
    void get(Fields f) throws IOException {
        String path = f.text("path");
        GuestFiles.Entry top = files.find(path, f.isSet("follow"));
        if (top == null) {
            throw new DaemonException("no file or directory '" + path + "' in the guest");
        }
        connection.write(Frame.of(Frame.DONE, new Fields().set("directory", top.isDirectory())));
        OutputStream out = FrameStreams.out(connection, Frame.OUTPUT);
        TarWriter tar = new TarWriter(out);
        long device = f.isSet("one-file-system") ? top.fileSystem() : 0;
        pack(tar, out, path, f.text("name"), top, device, 0);
        tar.finish();
        connection.write(Frame.of(Frame.DONE));
    }

    private void pack(
            TarWriter tar, OutputStream out, String path, String name, GuestFiles.Entry e, long device, int depth)
            throws IOException {
        if (depth > MOST_DEPTH) {
            throw new DaemonException("'" + path + "' in the guest is too deep");
        }
        String key = e.fileSystem() + ":" + e.ino();
        String known = e.links() > 1 && !e.isDirectory() ? linked.putIfAbsent(key, name) : null;
        if (known != null) {
            tar.entry(new TarEntry(name, '1', known, 0, 0, 0, e.attributes()));
            return;
        }
        if (e.isDirectory()) {
            tar.entry(new TarEntry(name + "/", '5', "", 0, 0, 0, e.attributes()));
            for (String child : files.list(path)) {
                String at = path.endsWith("/") ? path + child : path + "/" + child;
                GuestFiles.Entry below = files.find(at, false);
                if (below != null && (device == 0 || below.fileSystem() == device)) {
                    pack(tar, out, at, name + "/" + child, below, device, depth + 1);
                } else if (below != null && below.isDirectory()) {
                    tar.entry(new TarEntry(name + "/" + child + "/", '5', "", 0, 0, 0, below.attributes()));
                }
            }
        } else if (Mode.isRegular(e.mode())) {
            tar.entry(new TarEntry(name, '0', "", e.size(), 0, 0, e.attributes()));
            files.read(path, e.size(), out);
            tar.endContents(e.size());
        } else if (!e.link().isEmpty()) {
            tar.entry(new TarEntry(name, '2', e.link(), 0, 0, 0, e.attributes()));
        } else if (Mode.isFifo(e.mode())) {
            tar.entry(new TarEntry(name, '6', "", 0, 0, 0, e.attributes()));
        }
    }

    // --- into the guest ---

    /** Takes an archive to a path: into it if that is a directory, else its top is called that. */
    void put(Fields f) throws IOException {
        String path = f.text("path");
        String top = f.text("name");
        GuestFiles.Entry there = files.find(path, true);
        boolean into = there != null && there.isDirectory();
        if (!into && path.endsWith("/") && !f.isSet("directory")) {
            throw new DaemonException("no directory '" + path + "' in the guest");
        }
        if (there != null && !into && f.isSet("directory")) {
            throw new DaemonException("'" + path + "' in the guest is no directory");
        }
        connection.write(Frame.of(Frame.DONE));
        InputStream archive = FrameStreams.in(connection, Frame.INPUT);
        TarReader tar = new TarReader(archive);
        TarEntry entry;
        while ((entry = tar.next()) != null) {
            String name = TarPaths.checked(entry.name());
            String below =
                    name.equals(top) ? "" : name.startsWith(top + "/") ? name.substring(top.length()) : "/" + name;
            boolean contents = top.equals(".");
            String to = contents || top.isEmpty() ? path + "/" + name : into ? path + "/" + top + below : path + below;
            unpack(entry, to, path, tar);
        }
        archive.transferTo(OutputStream.nullOutputStream()); // what pads it
        connection.write(Frame.of(Frame.DONE));
    }

    private void unpack(TarEntry e, String to, String base, TarReader tar) throws IOException {
        FileAttributes a = e.attributes();
        switch (e.type()) {
            case '0' -> files.file(to, a, tar.contents());
            case '1' -> files.hardLink(to, base + "/" + TarPaths.checked(e.link()));
            case '2' -> files.symlink(to, e.link(), a);
            case '5' -> {
                if (!to.equals(base + "/.") && !to.equals(base + "/")) {
                    files.directory(to, a);
                }
            }
            case '6' -> files.node(to, Mode.S_IFIFO | a.mode(), 0, a);
            default -> throw new MachineException(1, "'" + e.name() + "' is of a kind that is not copied");
        }
    }
}
