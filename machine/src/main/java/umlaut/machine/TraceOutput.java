package umlaut.machine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import umlaut.kernel.trace.Strace;
import umlaut.kernel.trace.Tracer;

/** Where the lines of {@code --trace} go: the host's stderr as they come, or a file. */
final class TraceOutput implements AutoCloseable {
    private final @Nullable Strace strace;
    private final boolean toFile;

    @GuardedBy("this") private @Nullable OutputStream out;

    /** @param target null for no tracing. @throws MachineException when the file cannot be written */
    TraceOutput(@Nullable Path target) {
        toFile = target != null && !target.equals(MachineConfig.TRACE_STDERR);
        strace = target == null ? null : new Strace(this::line);
        try {
            if (target != null && toFile) {
                out = new FileOutputStream(target.toFile());
            } else if (target != null) {
                out = new FileOutputStream(FileDescriptor.err);
            }
        } catch (IOException e) {
            throw new MachineException("--trace: cannot write '" + target + "'");
        }
    }

    Tracer tracer() {
        Strace lines = strace;
        return lines == null ? Tracer.OFF : lines;
    }

    private synchronized void line(String text) {
        OutputStream to = out;
        if (to == null) {
            return;
        }
        try {
            to.write((text + "\n").getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            // Nobody can read it any more: the guest goes on untraced.
            out = null;
        }
    }

    @Override
    public void close() {
        Strace lines = strace;
        if (lines != null) {
            lines.pending().forEach(this::line);
        }
        synchronized (this) {
            OutputStream to = out;
            out = null;
            if (to != null && toFile) {
                try {
                    to.close();
                } catch (IOException e) {
                    // The disk is full: what is there is there.
                    return;
                }
            }
        }
    }
}
