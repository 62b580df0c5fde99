package umlaut.machine.mconsole;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import umlaut.abi.Errno;
import umlaut.host.Processes;
import umlaut.kernel.KernelLog;
import umlaut.machine.uml.UmlConfig;

/**
 * The directory of a machine on the host, UML_DIR/UMID, with its process's number in {@code pid} and the socket {@code mconsole}. One whose process has gone is taken over; where that is not possible the machine gets
 * another name, as if it had been given none.
 */
public final class UmidDirectory implements AutoCloseable {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    private static final int RANDOM_LENGTH = 6, ATTEMPTS = 10;

    public final Path path;

    private UmidDirectory(Path path) {
        this.path = path;
    }

    /** @return null: there is none to be had, and the log says why */
    public static @Nullable UmidDirectory make(UmlConfig.Identity identity, KernelLog log) {
        try {
            Files.createDirectories(identity.directory());
            String umid = identity.umid();
            if (umid != null) {
                UmidDirectory given = take(identity.directory().resolve(umid), umid, log);
                if (given != null) {
                    return given;
                }
                log.error("Failed to initialize umid \"" + umid + "\", trying with a random umid");
            }
            for (int i = 0; i < ATTEMPTS; i++) {
                String made = random();
                UmidDirectory own = take(identity.directory().resolve(made), made, log);
                if (own != null) {
                    return own;
                }
            }
        } catch (IOException e) {
            log.error("Failed to mkdir '" + identity.directory() + "': " + e.getMessage());
        }
        return null;
    }

    private static String random() {
        SecureRandom random = new SecureRandom();
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < RANDOM_LENGTH; i++) {
            name.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return name.toString();
    }

    /** @return null if another machine has it */
    private static @Nullable UmidDirectory take(Path path, String umid, KernelLog log) throws IOException {
        try {
            create(path);
        } catch (FileAlreadyExistsException e) {
            long pid = owner(path.resolve("pid"));
            if (pid > 0) {
                log.error("umid \"" + umid + "\" is already in use by pid " + pid);
                return null;
            }
            remove(path);
            create(path);
        }
        Files.writeString(path.resolve("pid"), Processes.getpid() + "\n", StandardCharsets.US_ASCII);
        return new UmidDirectory(path);
    }

    private static void create(Path path) throws IOException {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** The living process whose number the file has, or 0. */
    private static long owner(Path file) {
        try {
            int pid = Integer.parseInt(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
            boolean own = pid == Processes.getpid(); // before it was started anew
            return pid > 0 && !own && Processes.kill(pid, 0) != -Errno.ESRCH.number() ? pid : 0;
        } catch (IOException | NumberFormatException e) {
            return 0; // what is not whole is nobody's
        }
    }

    /** The directory with the files in it; others are left, and it with them. */
    private static void remove(Path path) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(path);
    }

    @Override
    public void close() {
        try {
            remove(path);
        } catch (IOException e) {
            return; // somebody has put something there, or taken it away
        }
    }
}
