package umlaut.kernel.mm;

/**
 * A file whose bytes lie in files of the host, so that a guest thread that has it open for reading may copy them by itself ({@link FileWindows}). Whoever changes where bytes lie, or takes them away, calls {@link
 * SourceWindows#invalidate} before they may serve another file, with no lock held that {@link #dataExtent} takes.
 */
public interface WindowSource {
    /** Bytes, as read(2) sees them. */
    long size();

    /**
     * Finds the host memory behind a part of the file that is no hole, as {@link MappingSource#extent} does.
     *
     * @param offset a multiple of the page size
     * @param into only filled if the result is true
     * @return false where there is none, or it can't be mapped
     */
    boolean dataExtent(long offset, long length, MappingSource.Extent into);

    SourceWindows windows();
}
