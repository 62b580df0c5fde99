package umlaut.machine;

import umlaut.abi.Errno;
import umlaut.abi.ErrnoException;
import umlaut.abi.Mode;
import umlaut.kernel.vfs.Inode;
import umlaut.kernel.vfs.LookupContext;
import umlaut.kernel.vfs.Permissions;
import umlaut.kernel.vfs.Vfs;

/** Finds a command in the guest along PATH, as execvp(3) does, and says what is wrong with it in docker's terms. */
final class CommandPath {
    static final String DEFAULT = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private CommandPath() {}

    /**
     * The path to execute.
     *
     * @param who from where and as whom; its working directory is the process's
     * @throws MachineException with status 127 if there is no such command, 126 if it cannot be executed
     */
    static String find(Vfs vfs, LookupContext who, String command, String searchPath) {
        if (command.isEmpty()) {
            throw new MachineException(MachineException.NOT_FOUND, "cannot run '': the command's name is empty");
        }
        if (command.indexOf('/') >= 0) {
            Errno problem = problem(vfs, who, command);
            if (problem != null) {
                throw failure(command, problem);
            }
            return command;
        }
        Errno worst = Errno.ENOENT;
        for (String directory : searchPath.split(":", -1)) {
            String candidate = directory.isEmpty() ? "./" + command : directory + "/" + command;
            Errno problem = problem(vfs, who, candidate);
            if (problem == null) {
                return candidate;
            }
            if (problem == Errno.EACCES) {
                worst = problem;
            }
        }
        if (worst == Errno.ENOENT) {
            throw new MachineException(
                    MachineException.NOT_FOUND,
                    "cannot run '" + command + "': not found in the guest's PATH (" + searchPath + ")");
        }
        throw failure(command, worst);
    }

    /** What stands in the way of executing {@code path}; null: nothing. */
    private static @org.jspecify.annotations.Nullable Errno problem(Vfs vfs, LookupContext who, String path) {
        try {
            Inode inode = vfs.lookup(who, path, 0).inode();
            if (!Mode.isRegular(inode.mode)) {
                return Errno.EACCES;
            }
            return Permissions.generic(inode, who.credentials(), Permissions.MAY_EXEC) ? null : Errno.EACCES;
        } catch (ErrnoException e) {
            return e.errno();
        }
    }

    /** The one line and status for an error of execve(2). */
    static MachineException failure(String command, Errno errno) {
        String what = switch (errno) {
            case ENOENT -> "no such file in the guest (nor, for a script, its interpreter)";
            case ENOTDIR -> "a part of the path is no directory";
            case EACCES -> "not an executable file";
            case ENOEXEC -> "neither a program nor a script with '#!'";
            case E2BIG -> "arguments and environment are too long";
            case ENOMEM -> "not enough memory";
            default -> errno.name();
        };
        int status = errno == Errno.ENOENT || errno == Errno.ENOTDIR
                ? MachineException.NOT_FOUND
                : MachineException.CANNOT_EXECUTE;
        return new MachineException(status, "cannot run '" + command + "': " + what);
    }
}
