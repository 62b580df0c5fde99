package umlaut.engine.scripted;

import umlaut.engine.ThreadTies;

/** The ties of a scripted thread, which are nobody's but the kernel's. */
final class ScriptedTies implements ThreadTies {
    private long robustList;
    private long clearChildTid;

    @Override
    public long robustList() {
        return robustList;
    }

    @Override
    public void setRobustList(long head) {
        robustList = head;
    }

    @Override
    public long clearChildTid() {
        return clearChildTid;
    }

    @Override
    public void setClearChildTid(long address) {
        clearChildTid = address;
    }
}
