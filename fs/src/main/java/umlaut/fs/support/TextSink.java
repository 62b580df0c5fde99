package umlaut.fs.support;

import umlaut.kernel.task.Task;

/** Takes what is written to a file of settings. */
@FunctionalInterface
public interface TextSink {
    /**
     * @param text all of one write(2), Latin-1
     * @throws umlaut.abi.ErrnoException what write(2) is to answer
     */
    void write(Task writer, String text);
}
