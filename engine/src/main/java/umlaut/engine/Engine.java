package umlaut.engine;

/** Makes address spaces for guest programs. One engine serves any number of guests. Thread-safe. */
public interface Engine extends AutoCloseable {
    /** An empty address space, with one thread parked in it where the engine keeps a warm pool. */
    AddressSpace newAddressSpace();

    /** First address a guest cannot use; page-aligned. Nothing at or above it can be mapped, read or written by a guest. */
    long taskSize();

    CpuFeatures cpu();

    /**
     * So many threads, driven by guest code at a low priority, are about to be at work beside this engine's guests, or no longer: they make nobody wait for a processor, and must not be taken for load.
     */
    default void expectBackgroundWork(int threads) {}

    /** Whether the host has a processor now that nobody wants, as far as it says. */
    default boolean hasIdleProcessor() {
        return true;
    }

    /** For the one kernel that may tell this engine's guests what it knows of paths; any that asks later gets {@link KnownPaths#NONE}, as do those of engines that serve several. */
    default KnownPaths claimKnownPaths() {
        return KnownPaths.NONE;
    }

    /** Ends every guest process at once. */
    @Override
    void close();
}
