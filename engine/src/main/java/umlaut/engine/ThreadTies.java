package umlaut.engine;

/**
 * Addresses in guest memory that a thread asks the kernel to look at when it ends: set_robust_list(2), set_tid_address(2). Guest code may make these calls without the kernel
 * ({@link UserThread#keepResult}), so the engine has them; they are 0 at first, and the guest's to change.
 */
public interface ThreadTies {
    long robustList();

    void setRobustList(long head);

    long clearChildTid();

    void setClearChildTid(long address);
}
