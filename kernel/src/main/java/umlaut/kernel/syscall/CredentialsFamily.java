package umlaut.kernel.syscall;

import umlaut.kernel.task.Task;

/** System calls of this family. */
final class CredentialsFamily implements SyscallFamily {
    @Override
    public long call(Task task, int nr, Args args) {
        return switch (nr) {
            default -> NOT_MINE;
        };
    }
}
