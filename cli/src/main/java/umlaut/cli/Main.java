package umlaut.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.util.List;
import umlaut.block.ImageException;
import umlaut.daemon.DaemonException;
import umlaut.daemon.SharedHost;
import umlaut.host.HostCalls;
import umlaut.machine.MachineException;

/**
 * The program {@code umlaut}: reads the command line, runs a machine, ends with its exit status. Whatever goes wrong, people see one
 * line and docker's exit status 125, 126 or 127, never a stack trace.
 */
public final class Main {
    private static final String HELP = """
            Usage: umlaut COMMAND

            Runs whole Linux systems as ordinary programs: no root, no KVM, nothing to install.

            Commands:
              run         Run a command, or a shell, in a fresh guest
              boot        Boot an image: its init, a login on this terminal
              linux       Boot by User-mode Linux's command line
              image       Make, show and remove images

            Guests that run on their own, and all others while they run:
            """;
    private static final String HELP_END = """

            'umlaut COMMAND --help' tells more.

            Flags:
              --help      Show this
              --version   Show the version
            """;
    private static final String VERSION = "umlaut 1.0-SNAPSHOT\n";

    private static final String TRAIN = "--train";
    private static final int EXIT_GROUP = 231;

    private Main() {}

    public static void main(String[] args) {
        int status;
        try {
            status = run(GuestText.decoded(List.of(args)));
        } catch (UsageException e) {
            status = fail(MachineException.CANNOT_RUN, e.getMessage());
        } catch (MachineException e) {
            status = fail(e.exitStatus, e.getMessage());
        } catch (ImageException e) {
            status = fail(MachineException.CANNOT_RUN, e.line);
        } catch (DaemonException e) {
            status = fail(e.status, e.line);
        } catch (InvalidPathException e) {
            status = fail(
                    MachineException.CANNOT_RUN,
                    "'" + e.getInput() + "' is no file name in this locale: set LC_ALL=C.UTF-8");
        } catch (OutOfMemoryError e) {
            status = fail(MachineException.CANNOT_RUN, "the host refuses memory or threads: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            status = fail(MachineException.CANNOT_RUN, "internal error: " + e + where(e));
        }
        if (args.length == 1 && args[0].equals(TRAIN)) {
            // Only a JVM that ends by itself writes its start-up cache.
            Runtime.getRuntime().halt(status);
        }
        // The JVM would wait a third of a second for its threads that sleep in the host.
        HostCalls.call(EXIT_GROUP, status);
    }

    private static int run(List<String> args) {
        String verb = args.isEmpty() ? "--help" : args.getFirst();
        return switch (verb) {
            case "run" -> RunCommand.run(args);
            case "boot" -> RunCommand.boot(args);
            case "linux" -> LinuxCommand.run(args);
            case "image" -> ImageCommand.run(args);
            case "help", "--help", "-h" ->
                args.size() > 1 ? run(List.of(args.get(1), "--help")) : print(HELP + Verbs.summaries() + HELP_END);
            case "version", "--version", "-v" -> print(VERSION);
            case TRAIN -> RunCommand.train();
            case GuestStart.ARGUMENT -> new GuestStart().runGuest(args.getLast());
            case SharedHost.ARGUMENT -> new GuestStart().runShared(Integer.parseInt(args.getLast()));
            case CompletionVerb.ARGUMENT ->
                CompletionVerb.complete(args.size() < 2 ? List.of("") : args.subList(1, args.size()));
            default -> manage(verb, args);
        };
    }

    private static int manage(String name, List<String> args) {
        Verb verb = Verbs.find(name);
        if (verb == null && args.size() > 1) {
            verb = Verbs.find(name + " " + args.get(1));
        }
        if (verb == null) {
            throw new UsageException("no command '" + name + "': see 'umlaut --help'");
        }
        return verb.run(args);
    }

    /** Writes to standard output. @return the exit status: 125 if nobody could read it */
    static int print(String text) {
        try {
            // Never closed: the descriptor is that of the process.
            new FileOutputStream(FileDescriptor.out).write(text.getBytes(StandardCharsets.UTF_8));
            return 0;
        } catch (IOException e) {
            return fail(MachineException.CANNOT_RUN, "cannot write to standard output");
        }
    }

    private static int fail(int status, @org.jspecify.annotations.Nullable String message) {
        System.err.println("umlaut: " + message);
        return status;
    }

    /** The innermost place in our own code, so that a report of an internal error says something. */
    private static String where(Throwable e) {
        for (StackTraceElement frame : e.getStackTrace()) {
            if (frame.getClassName().startsWith("umlaut.")) {
                return " (at " + frame + ")";
            }
        }
        return "";
    }
}
