package umlaut.net.core;

/** The settings below /proc/sys/net that act (Documentation/networking/ip-sysctl.rst), with Linux's defaults. Read without the lock where a moment's delay is no harm. */
public final class NetSettings {
    // net.core
    public volatile int somaxconn = 4096;
    public volatile int rmemDefault = 212_992;
    public volatile int rmemMax = 4_194_304;
    public volatile int wmemDefault = 212_992;
    public volatile int wmemMax = 4_194_304;

    // net.ipv4, ip
    public volatile int defaultTtl = 64;
    public volatile boolean forward4;
    public volatile int localPortLow = 32768;
    public volatile int localPortHigh = 60999;
    public volatile int unprivilegedPortStart = 1024;
    public volatile boolean nonlocalBind;
    public volatile boolean icmpEchoIgnoreAll;
    public volatile boolean icmpEchoIgnoreBroadcasts = true;
    /** Least time between two errors to one host, after a burst; 0: no limit. */
    public volatile int icmpRateLimitMs = 1000;

    public volatile long pingGroupLow = 0;
    public volatile long pingGroupHigh = Integer.MAX_VALUE;
    public volatile int igmpMaxMemberships = 20;

    // net.ipv4, tcp
    public volatile int[] tcpRmem = {4096, 131_072, 33_554_432};
    public volatile int[] tcpWmem = {4096, 16_384, 4_194_304};
    public volatile int synRetries = 6;
    public volatile int synackRetries = 5;
    public volatile int retries1 = 3;
    public volatile int retries2 = 15;
    public volatile int orphanRetries;
    public volatile int finTimeout = 60;
    public volatile int keepaliveTime = 7200;
    public volatile int keepaliveProbes = 9;
    public volatile int keepaliveInterval = 75;
    public volatile int maxSynBacklog = 4096;
    public volatile int synCookies = 1;
    public volatile boolean sack = true;
    public volatile boolean dsack = true;
    public volatile int timestamps = 1;
    public volatile boolean windowScaling = true;
    public volatile int twReuse = 2;
    public volatile int maxTwBuckets = 32_768;
    public volatile boolean abortOnOverflow;
    public volatile boolean slowStartAfterIdle = true;
    public volatile boolean rfc1337;
    public volatile int challengeAckLimit = 1000;
    public volatile int reordering = 3;
    public volatile int earlyRetrans = 3;
    public volatile int notsentLowat = -1;
    public volatile String congestionControl = "cubic";
    public volatile String allowedCongestionControl = "reno cubic";

    // net.ipv6
    public volatile boolean bindV6Only;
    public volatile boolean forward6;
}
