package umlaut.kernel.task;

/** A bug in this kernel, met by one task: said in the log in Linux's manner, with the Java stack at debug level. */
final class Oops {
    private Oops() {}

    static void report(Task task, Throwable what) {
        task.kernel.log.error("Oops: " + what + " in " + task);
        for (StackTraceElement frame : what.getStackTrace()) {
            task.kernel.log.log(7, "  " + frame);
        }
    }
}
