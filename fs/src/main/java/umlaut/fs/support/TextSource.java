package umlaut.fs.support;

import umlaut.kernel.task.Task;

/** Makes a file's contents when it is read. */
@FunctionalInterface
public interface TextSource {
    /**
     * @param reader who reads
     * @return Latin-1, a char for each byte
     * @throws umlaut.abi.ErrnoException what read(2) is to answer
     */
    String text(Task reader);
}
