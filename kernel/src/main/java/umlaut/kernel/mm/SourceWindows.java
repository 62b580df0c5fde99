package umlaut.kernel.mm;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Which address spaces have windows into one file ({@link FileWindows}). */
public final class SourceWindows {
    /** Null: there never was one. */
    @GuardedBy("this") private volatile @Nullable List<FileWindows> all;

    synchronized void add(FileWindows windows) {
        List<FileWindows> known = all;
        if (known == null) {
            known = new CopyOnWriteArrayList<>();
            all = known;
        }
        if (!known.contains(windows)) {
            known.add(windows);
        }
    }

    synchronized void remove(FileWindows windows) {
        List<FileWindows> known = all;
        if (known != null) {
            known.remove(windows);
        }
    }

    /** Has no address space a window? */
    @SuppressWarnings("GuardedBy") // who opens one looks where the bytes lie afterwards
    public boolean isEmpty() {
        List<FileWindows> known = all;
        return known == null || known.isEmpty();
    }

    /** It has been written: who reads it next is to see to its times. */
    @SuppressWarnings("GuardedBy") // as above
    public void written(WindowSource source) {
        List<FileWindows> known = all;
        if (known != null) {
            known.forEach(windows -> windows.endLoan(source));
        }
    }

    /** What lies from {@code offset} on lies there no more: when this returns nobody can see it through a window. */
    @SuppressWarnings("GuardedBy") // a window that comes later sees the change
    public void invalidate(WindowSource source, long offset) {
        List<FileWindows> known = all;
        if (known != null) {
            known.forEach(windows -> windows.closeFrom(source, offset));
        }
    }
}
