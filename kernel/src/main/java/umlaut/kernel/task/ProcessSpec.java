package umlaut.kernel.task;

import java.util.List;
import java.util.function.Consumer;
import umlaut.kernel.cred.Credentials;
import umlaut.kernel.vfs.FileTable;
import umlaut.kernel.vfs.FsContext;

/**
 * A process that the machine starts from outside: pid 1, or a later command.
 *
 * @param path the program's path in the guest, absolute or relative to the working directory; not searched in PATH
 * @param args argv, with argv[0]
 * @param env "NAME=value" each
 * @param credentials who it is
 * @param fs its root, working directory and umask; given over to it
 * @param files its descriptors; given over to it
 * @param limits its resource limits; given over to it
 * @param prepare called with the new task, which leads a session and process group of its own, before it runs: to
 *     give it a controlling terminal, say
 */
public record ProcessSpec(
        String path,
        List<String> args,
        List<String> env,
        Credentials credentials,
        FsContext fs,
        FileTable files,
        Limits limits,
        Consumer<Task> prepare) {}
