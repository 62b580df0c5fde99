package umlaut.abi;

/**
 * Constants of network devices and Ethernet: interface flags, hardware types, protocol numbers of frames.
 *
 * <p>Linux: {@code include/uapi/linux/if.h}, {@code if_arp.h}, {@code if_ether.h}; man page: netdevice(7).
 */
public final class IfConst {
    // Interface flags

    public static final int IFF_UP = 0x1;
    public static final int IFF_BROADCAST = 0x2;
    public static final int IFF_DEBUG = 0x4;
    public static final int IFF_LOOPBACK = 0x8;
    public static final int IFF_POINTOPOINT = 0x10;
    public static final int IFF_NOTRAILERS = 0x20;
    public static final int IFF_RUNNING = 0x40;
    public static final int IFF_NOARP = 0x80;
    public static final int IFF_PROMISC = 0x100;
    public static final int IFF_ALLMULTI = 0x200;
    public static final int IFF_MASTER = 0x400;
    public static final int IFF_SLAVE = 0x800;
    public static final int IFF_MULTICAST = 0x1000;
    public static final int IFF_PORTSEL = 0x2000;
    public static final int IFF_AUTOMEDIA = 0x4000;
    public static final int IFF_DYNAMIC = 0x8000;
    public static final int IFF_LOWER_UP = 0x10000;
    public static final int IFF_DORMANT = 0x20000;
    public static final int IFF_ECHO = 0x40000;

    // TUNSETIFF: flags

    public static final int IFF_TUN = 0x1;
    public static final int IFF_TAP = 0x2;
    public static final int IFF_NAPI = 0x10;
    public static final int IFF_NAPI_FRAGS = 0x20;
    public static final int IFF_MULTI_QUEUE = 0x100;
    public static final int IFF_NO_PI = 0x1000;
    public static final int IFF_ONE_QUEUE = 0x2000;
    public static final int IFF_VNET_HDR = 0x4000;
    public static final int IFF_TUN_EXCL = 0x8000;

    // Operational states

    public static final int IF_OPER_UNKNOWN = 0;
    public static final int IF_OPER_NOTPRESENT = 1;
    public static final int IF_OPER_DOWN = 2;
    public static final int IF_OPER_LOWERLAYERDOWN = 3;
    public static final int IF_OPER_TESTING = 4;
    public static final int IF_OPER_DORMANT = 5;
    public static final int IF_OPER_UP = 6;

    // Hardware types

    public static final int ARPHRD_ETHER = 1;
    public static final int ARPHRD_PPP = 512;
    public static final int ARPHRD_TUNNEL = 768;
    public static final int ARPHRD_TUNNEL6 = 769;
    public static final int ARPHRD_LOOPBACK = 772;
    public static final int ARPHRD_SIT = 776;
    public static final int ARPHRD_IPGRE = 778;
    public static final int ARPHRD_NETLINK = 824;
    public static final int ARPHRD_NONE = 65534;
    public static final int ARPHRD_VOID = 65535;

    // ARP

    public static final int ARPOP_REQUEST = 1;
    public static final int ARPOP_REPLY = 2;
    public static final int ARPOP_RREQUEST = 3;
    public static final int ARPOP_RREPLY = 4;
    public static final int ARPOP_InREQUEST = 8;
    public static final int ARPOP_InREPLY = 9;
    public static final int ARPOP_NAK = 10;

    public static final int ATF_COM = 0x2;
    public static final int ATF_PERM = 0x4;
    public static final int ATF_PUBL = 0x8;
    public static final int ATF_USETRAILERS = 0x10;
    public static final int ATF_NETMASK = 0x20;
    public static final int ATF_DONTPUB = 0x40;

    // Ethernet, in bytes

    public static final int ETH_FCS_LEN = 4;
    public static final int ETH_ALEN = 6;
    public static final int ETH_HLEN = 14;
    public static final int ETH_ZLEN = 60;
    public static final int ETH_MIN_MTU = 68;
    public static final int ETH_DATA_LEN = 1500;
    public static final int ETH_FRAME_LEN = 1514;

    // Frame types

    public static final int ETH_P_802_3 = 0x1;
    public static final int ETH_P_ALL = 0x3;
    public static final int ETH_P_802_2 = 0x4;
    public static final int ETH_P_LOOP = 0x60;
    public static final int ETH_P_IP = 0x800;
    public static final int ETH_P_ARP = 0x806;
    public static final int ETH_P_RARP = 0x8035;
    public static final int ETH_P_8021Q = 0x8100;
    public static final int ETH_P_IPV6 = 0x86dd;
    public static final int ETH_P_PPP_DISC = 0x8863;
    public static final int ETH_P_PPP_SES = 0x8864;
    public static final int ETH_P_PAE = 0x888e;
    public static final int ETH_P_8021AD = 0x88a8;
    public static final int ETH_P_LLDP = 0x88cc;
    public static final int ETH_P_LOOPBACK = 0x9000;

    private IfConst() {}
}
