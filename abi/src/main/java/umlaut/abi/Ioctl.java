package umlaut.abi;

/**
 * Request numbers of ioctl(2), and how they are built.
 *
 * <p>Linux: {@code include/uapi/asm-generic/ioctls.h}, {@code linux/sockios.h}, {@code linux/fs.h}; man pages: ioctl_tty(2),
 * netdevice(7).
 */
public final class Ioctl {
    // Terminals

    public static final int TCGETS = 0x5401;
    public static final int TCSETS = 0x5402;
    public static final int TCSETSW = 0x5403;
    public static final int TCSETSF = 0x5404;
    public static final int TCGETA = 0x5405;
    public static final int TCSETA = 0x5406;
    public static final int TCSETAW = 0x5407;
    public static final int TCSETAF = 0x5408;
    public static final int TCSBRK = 0x5409;
    public static final int TCXONC = 0x540a;
    public static final int TCFLSH = 0x540b;
    public static final int TCSBRKP = 0x5425;
    public static final int TCGETX = 0x5432;
    public static final int TCSETX = 0x5433;
    public static final int TCSETXF = 0x5434;
    public static final int TCSETXW = 0x5435;
    public static final int TCSETS2 = 0x402c542b;
    public static final int TCSETSW2 = 0x402c542c;
    public static final int TCSETSF2 = 0x402c542d;
    public static final int TCGETS2 = 0x802c542a;

    // Terminals: the rest

    public static final int TIOCEXCL = 0x540c;
    public static final int TIOCNXCL = 0x540d;
    public static final int TIOCSCTTY = 0x540e;
    public static final int TIOCGPGRP = 0x540f;
    public static final int TIOCSPGRP = 0x5410;
    public static final int TIOCOUTQ = 0x5411;
    public static final int TIOCSTI = 0x5412;
    public static final int TIOCGWINSZ = 0x5413;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int TIOCMGET = 0x5415;
    public static final int TIOCMBIS = 0x5416;
    public static final int TIOCMBIC = 0x5417;
    public static final int TIOCMSET = 0x5418;
    public static final int TIOCGSOFTCAR = 0x5419;
    public static final int TIOCSSOFTCAR = 0x541a;
    public static final int TIOCINQ = 0x541b;
    public static final int TIOCLINUX = 0x541c;
    public static final int TIOCCONS = 0x541d;
    public static final int TIOCGSERIAL = 0x541e;
    public static final int TIOCSSERIAL = 0x541f;
    public static final int TIOCPKT = 0x5420;
    public static final int TIOCNOTTY = 0x5422;
    public static final int TIOCSETD = 0x5423;
    public static final int TIOCGETD = 0x5424;
    public static final int TIOCSBRK = 0x5427;
    public static final int TIOCCBRK = 0x5428;
    public static final int TIOCGSID = 0x5429;
    public static final int TIOCGRS485 = 0x542e;
    public static final int TIOCSRS485 = 0x542f;
    public static final int TIOCVHANGUP = 0x5437;
    public static final int TIOCGPTPEER = 0x5441;
    public static final int TIOCSERCONFIG = 0x5453;
    public static final int TIOCSERGWILD = 0x5454;
    public static final int TIOCSERSWILD = 0x5455;
    public static final int TIOCGLCKTRMIOS = 0x5456;
    public static final int TIOCSLCKTRMIOS = 0x5457;
    public static final int TIOCSERGSTRUCT = 0x5458;
    public static final int TIOCSERGETLSR = 0x5459;
    public static final int TIOCSERGETMULTI = 0x545a;
    public static final int TIOCSERSETMULTI = 0x545b;
    public static final int TIOCMIWAIT = 0x545c;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCSIG = 0x40045436;
    public static final int TIOCGPTN = 0x80045430;
    public static final int TIOCGDEV = 0x80045432;
    public static final int TIOCGPKT = 0x80045438;
    public static final int TIOCGPTLCK = 0x80045439;
    public static final int TIOCGEXCL = 0x80045440;
    public static final int TIOCGISO7816 = 0x80285442;
    public static final int TIOCSISO7816 = 0xc0285443;

    // TIOCPKT, TIOCMGET

    public static final int TIOCPKT_DATA = 0x0;
    public static final int TIOCPKT_FLUSHREAD = 0x1;
    public static final int TIOCM_LE = 0x1;
    public static final int TIOCM_DTR = 0x2;
    public static final int TIOCPKT_FLUSHWRITE = 0x2;
    public static final int TIOCM_RTS = 0x4;
    public static final int TIOCPKT_STOP = 0x4;
    public static final int TIOCPKT_START = 0x8;
    public static final int TIOCM_ST = 0x8;
    public static final int TIOCPKT_NOSTOP = 0x10;
    public static final int TIOCM_SR = 0x10;
    public static final int TIOCM_CTS = 0x20;
    public static final int TIOCPKT_DOSTOP = 0x20;
    public static final int TIOCPKT_IOCTL = 0x40;
    public static final int TIOCM_CAR = 0x40;
    public static final int TIOCM_CD = 0x40;
    public static final int TIOCM_RNG = 0x80;
    public static final int TIOCM_RI = 0x80;
    public static final int TIOCM_DSR = 0x100;
    public static final int TIOCM_OUT1 = 0x2000;
    public static final int TIOCM_OUT2 = 0x4000;
    public static final int TIOCM_LOOP = 0x8000;

    // Any file

    public static final int FIBMAP = 0x1;
    public static final int FIGETBSZ = 0x2;
    public static final int FIONREAD = 0x541b;
    public static final int FIONBIO = 0x5421;
    public static final int FIONCLEX = 0x5450;
    public static final int FIOCLEX = 0x5451;
    public static final int FIOASYNC = 0x5452;
    public static final int FIOQSIZE = 0x5460;
    public static final int FICLONE = 0x40049409;
    public static final int FS_IOC_SETFLAGS = 0x40086602;
    public static final int FS_IOC_SETVERSION = 0x40087602;
    public static final int FS_IOC_GET_ENCRYPTION_POLICY = 0x400c6615;
    public static final int FS_IOC_GET_ENCRYPTION_PWSALT = 0x40106614;
    public static final int FS_IOC_FSSETXATTR = 0x401c5820;
    public static final int FICLONERANGE = 0x4020940d;
    public static final int FS_IOC_SETFSLABEL = 0x41009432;
    public static final int FS_IOC_GETFLAGS = 0x80086601;
    public static final int FS_IOC_GETVERSION = 0x80087601;
    public static final int FS_IOC_SET_ENCRYPTION_POLICY = 0x800c6613;
    public static final int FS_IOC_GET_ENCRYPTION_NONCE = 0x8010661b;
    public static final int FS_IOC_FSGETXATTR = 0x801c581f;
    public static final int FS_IOC_GETFSLABEL = 0x81009431;
    public static final int FIFREEZE = 0xc0045877;
    public static final int FITHAW = 0xc0045878;
    public static final int FS_IOC_GET_ENCRYPTION_POLICY_EX = 0xc0096616;
    public static final int FITRIM = 0xc0185879;
    public static final int FIDEDUPERANGE = 0xc0189436;
    public static final int FS_IOC_FIEMAP = 0xc020660b;
    public static final int FS_IOC_REMOVE_ENCRYPTION_KEY = 0xc0406618;
    public static final int FS_IOC_REMOVE_ENCRYPTION_KEY_ALL_USERS = 0xc0406619;
    public static final int FS_IOC_ADD_ENCRYPTION_KEY = 0xc0506617;
    public static final int FS_IOC_GET_ENCRYPTION_KEY_STATUS = 0xc080661a;

    // Inode flags of FS_IOC_GETFLAGS

    public static final int FS_SECRM_FL = 0x1;
    public static final int FS_UNRM_FL = 0x2;
    public static final int FS_COMPR_FL = 0x4;
    public static final int FS_SYNC_FL = 0x8;
    public static final int FS_IMMUTABLE_FL = 0x10;
    public static final int FS_APPEND_FL = 0x20;
    public static final int FS_NODUMP_FL = 0x40;
    public static final int FS_NOATIME_FL = 0x80;
    public static final int FS_DIRTY_FL = 0x100;
    public static final int FS_COMPRBLK_FL = 0x200;
    public static final int FS_NOCOMP_FL = 0x400;
    public static final int FS_ENCRYPT_FL = 0x800;
    public static final int FS_BTREE_FL = 0x1000;
    public static final int FS_INDEX_FL = 0x1000;
    public static final int FS_IMAGIC_FL = 0x2000;
    public static final int FS_JOURNAL_DATA_FL = 0x4000;
    public static final int FS_NOTAIL_FL = 0x8000;
    public static final int FS_DIRSYNC_FL = 0x10000;
    public static final int FS_TOPDIR_FL = 0x20000;
    public static final int FS_HUGE_FILE_FL = 0x40000;
    public static final int FS_EXTENT_FL = 0x80000;
    public static final int FS_VERITY_FL = 0x100000;
    public static final int FS_EA_INODE_FL = 0x200000;
    public static final int FS_EOFBLOCKS_FL = 0x400000;
    public static final int FS_NOCOW_FL = 0x800000;
    public static final int FS_DAX_FL = 0x2000000;
    public static final int FS_INLINE_DATA_FL = 0x10000000;
    public static final int FS_PROJINHERIT_FL = 0x20000000;
    public static final int FS_CASEFOLD_FL = 0x40000000;
    public static final int FS_RESERVED_FL = 0x80000000;

    // Block devices

    public static final int BLKROSET = 0x125d;
    public static final int BLKROGET = 0x125e;
    public static final int BLKRRPART = 0x125f;
    public static final int BLKGETSIZE = 0x1260;
    public static final int BLKFLSBUF = 0x1261;
    public static final int BLKRASET = 0x1262;
    public static final int BLKRAGET = 0x1263;
    public static final int BLKFRASET = 0x1264;
    public static final int BLKFRAGET = 0x1265;
    public static final int BLKSECTSET = 0x1266;
    public static final int BLKSECTGET = 0x1267;
    public static final int BLKSSZGET = 0x1268;
    public static final int BLKPG = 0x1269;
    public static final int BLKDISCARD = 0x1277;
    public static final int BLKIOMIN = 0x1278;
    public static final int BLKIOOPT = 0x1279;
    public static final int BLKALIGNOFF = 0x127a;
    public static final int BLKPBSZGET = 0x127b;
    public static final int BLKDISCARDZEROES = 0x127c;
    public static final int BLKSECDISCARD = 0x127d;
    public static final int BLKROTATIONAL = 0x127e;
    public static final int BLKBSZSET = 0x40081271;
    public static final int BLKBSZGET = 0x80081270;
    public static final int BLKGETSIZE64 = 0x80081272;
    public static final int BLKGETDISKSEQ = 0x80081280;

    // Loop devices

    public static final int LOOP_SET_STATUS_CLEARABLE_FLAGS = 0x4;
    public static final int LOOP_SET_STATUS_SETTABLE_FLAGS = 0xc;
    public static final int LOOP_CONFIGURE_SETTABLE_FLAGS = 0x1d;
    public static final int LOOP_SET_FD = 0x4c00;
    public static final int LOOP_CLR_FD = 0x4c01;
    public static final int LOOP_SET_STATUS = 0x4c02;
    public static final int LOOP_GET_STATUS = 0x4c03;
    public static final int LOOP_SET_STATUS64 = 0x4c04;
    public static final int LOOP_GET_STATUS64 = 0x4c05;
    public static final int LOOP_CHANGE_FD = 0x4c06;
    public static final int LOOP_SET_CAPACITY = 0x4c07;
    public static final int LOOP_SET_DIRECT_IO = 0x4c08;
    public static final int LOOP_SET_BLOCK_SIZE = 0x4c09;
    public static final int LOOP_CONFIGURE = 0x4c0a;
    public static final int LOOP_CTL_ADD = 0x4c80;
    public static final int LOOP_CTL_REMOVE = 0x4c81;
    public static final int LOOP_CTL_GET_FREE = 0x4c82;

    // Consoles

    public static final int KIOCSOUND = 0x4b2f;
    public static final int KDMKTONE = 0x4b30;
    public static final int KDGETLED = 0x4b31;
    public static final int KDSETLED = 0x4b32;
    public static final int KDGKBTYPE = 0x4b33;
    public static final int KDSETMODE = 0x4b3a;
    public static final int KDGETMODE = 0x4b3b;
    public static final int KDGKBMODE = 0x4b44;
    public static final int KDSKBMODE = 0x4b45;
    public static final int KDGKBENT = 0x4b46;
    public static final int VT_OPENQRY = 0x5600;
    public static final int VT_GETMODE = 0x5601;
    public static final int VT_SETMODE = 0x5602;
    public static final int VT_GETSTATE = 0x5603;
    public static final int VT_ACTIVATE = 0x5606;
    public static final int VT_WAITACTIVE = 0x5607;

    // Sockets and network devices

    public static final int SIOCOUTQ = 0x5411;
    public static final int SIOCINQ = 0x541b;
    public static final int SIOCSPGRP = 0x8902;
    public static final int SIOCGPGRP = 0x8904;
    public static final int SIOCATMARK = 0x8905;
    public static final int SIOCGSTAMP = 0x8906;
    public static final int SIOCGSTAMPNS = 0x8907;
    public static final int SIOCADDRT = 0x890b;
    public static final int SIOCDELRT = 0x890c;
    public static final int SIOCRTMSG = 0x890d;
    public static final int SIOCGIFNAME = 0x8910;
    public static final int SIOCSIFLINK = 0x8911;
    public static final int SIOCGIFCONF = 0x8912;
    public static final int SIOCGIFFLAGS = 0x8913;
    public static final int SIOCSIFFLAGS = 0x8914;
    public static final int SIOCGIFADDR = 0x8915;
    public static final int SIOCSIFADDR = 0x8916;
    public static final int SIOCGIFDSTADDR = 0x8917;
    public static final int SIOCSIFDSTADDR = 0x8918;
    public static final int SIOCGIFBRDADDR = 0x8919;
    public static final int SIOCSIFBRDADDR = 0x891a;
    public static final int SIOCGIFNETMASK = 0x891b;
    public static final int SIOCSIFNETMASK = 0x891c;
    public static final int SIOCGIFMETRIC = 0x891d;
    public static final int SIOCSIFMETRIC = 0x891e;
    public static final int SIOCGIFMEM = 0x891f;
    public static final int SIOCSIFMEM = 0x8920;
    public static final int SIOCGIFMTU = 0x8921;
    public static final int SIOCSIFMTU = 0x8922;
    public static final int SIOCSIFNAME = 0x8923;
    public static final int SIOCSIFHWADDR = 0x8924;
    public static final int SIOCGIFENCAP = 0x8925;
    public static final int SIOCSIFENCAP = 0x8926;
    public static final int SIOCGIFHWADDR = 0x8927;
    public static final int SIOCGIFSLAVE = 0x8929;
    public static final int SIOCSIFSLAVE = 0x8930;
    public static final int SIOCADDMULTI = 0x8931;
    public static final int SIOCDELMULTI = 0x8932;
    public static final int SIOCGIFINDEX = 0x8933;
    public static final int SIOCSIFPFLAGS = 0x8934;
    public static final int SIOCGIFPFLAGS = 0x8935;
    public static final int SIOCDIFADDR = 0x8936;
    public static final int SIOCSIFHWBROADCAST = 0x8937;
    public static final int SIOCGIFCOUNT = 0x8938;
    public static final int SIOCGIFBR = 0x8940;
    public static final int SIOCSIFBR = 0x8941;
    public static final int SIOCGIFTXQLEN = 0x8942;
    public static final int SIOCSIFTXQLEN = 0x8943;
    public static final int SIOCETHTOOL = 0x8946;
    public static final int SIOCGMIIPHY = 0x8947;
    public static final int SIOCGMIIREG = 0x8948;
    public static final int SIOCSMIIREG = 0x8949;
    public static final int SIOCWANDEV = 0x894a;
    public static final int SIOCOUTQNSD = 0x894b;
    public static final int SIOCGSKNS = 0x894c;
    public static final int SIOCDARP = 0x8953;
    public static final int SIOCGARP = 0x8954;
    public static final int SIOCSARP = 0x8955;
    public static final int SIOCDRARP = 0x8960;
    public static final int SIOCGRARP = 0x8961;
    public static final int SIOCSRARP = 0x8962;
    public static final int SIOCGIFMAP = 0x8970;
    public static final int SIOCSIFMAP = 0x8971;
    public static final int SIOCADDDLCI = 0x8980;
    public static final int SIOCDELDLCI = 0x8981;
    public static final int SIOCGIFVLAN = 0x8982;
    public static final int SIOCSIFVLAN = 0x8983;
    public static final int SIOCBONDENSLAVE = 0x8990;
    public static final int SIOCBONDRELEASE = 0x8991;
    public static final int SIOCBONDSETHWADDR = 0x8992;
    public static final int SIOCBONDSLAVEINFOQUERY = 0x8993;
    public static final int SIOCBONDINFOQUERY = 0x8994;
    public static final int SIOCBONDCHANGEACTIVE = 0x8995;
    public static final int SIOCBRADDBR = 0x89a0;
    public static final int SIOCBRDELBR = 0x89a1;
    public static final int SIOCBRADDIF = 0x89a2;
    public static final int SIOCBRDELIF = 0x89a3;
    public static final int SIOCSHWTSTAMP = 0x89b0;
    public static final int SIOCGHWTSTAMP = 0x89b1;
    public static final int SIOCPROTOPRIVATE = 0x89e0;
    public static final int SIOCDEVPRIVATE = 0x89f0;
    public static final int SIOCGSTAMP_NEW = 0x80108906;
    public static final int SIOCGSTAMPNS_NEW = 0x80108907;

    // TUN devices

    public static final int TUNGETDEVNETNS = 0x54e3;
    public static final int TUNSETNOCSUM = 0x400454c8;
    public static final int TUNSETDEBUG = 0x400454c9;
    public static final int TUNSETIFF = 0x400454ca;
    public static final int TUNSETPERSIST = 0x400454cb;
    public static final int TUNSETOWNER = 0x400454cc;
    public static final int TUNSETLINK = 0x400454cd;
    public static final int TUNSETGROUP = 0x400454ce;
    public static final int TUNSETOFFLOAD = 0x400454d0;
    public static final int TUNSETTXFILTER = 0x400454d1;
    public static final int TUNSETSNDBUF = 0x400454d4;
    public static final int TUNSETVNETHDRSZ = 0x400454d8;
    public static final int TUNSETQUEUE = 0x400454d9;
    public static final int TUNSETIFINDEX = 0x400454da;
    public static final int TUNSETVNETLE = 0x400454dc;
    public static final int TUNSETVNETBE = 0x400454de;
    public static final int TUNSETCARRIER = 0x400454e2;
    public static final int TUNATTACHFILTER = 0x401054d5;
    public static final int TUNDETACHFILTER = 0x401054d6;
    public static final int TUNGETFEATURES = 0x800454cf;
    public static final int TUNGETIFF = 0x800454d2;
    public static final int TUNGETSNDBUF = 0x800454d3;
    public static final int TUNGETVNETHDRSZ = 0x800454d7;
    public static final int TUNGETVNETLE = 0x800454dd;
    public static final int TUNGETVNETBE = 0x800454df;
    public static final int TUNSETSTEERINGEBPF = 0x800454e0;
    public static final int TUNSETFILTEREBPF = 0x800454e1;
    public static final int TUNGETFILTER = 0x801054db;

    // Random numbers, name spaces, clocks

    public static final int HDIO_GETGEO = 0x301;
    public static final int RNDZAPENTCNT = 0x5204;
    public static final int RNDCLEARPOOL = 0x5206;
    public static final int RNDRESEEDCRNG = 0x5207;
    public static final int NS_GET_USERNS = 0xb701;
    public static final int NS_GET_PARENT = 0xb702;
    public static final int NS_GET_NSTYPE = 0xb703;
    public static final int NS_GET_OWNER_UID = 0xb704;
    public static final int RNDADDTOENTCNT = 0x40045201;
    public static final int RNDADDENTROPY = 0x40085203;
    public static final int RTC_SET_TIME = 0x4024700a;
    public static final int RNDGETENTCNT = 0x80045200;
    public static final int NS_GET_PID_FROM_PIDNS = 0x8004b706;
    public static final int NS_GET_TGID_FROM_PIDNS = 0x8004b707;
    public static final int NS_GET_PID_IN_PIDNS = 0x8004b708;
    public static final int NS_GET_TGID_IN_PIDNS = 0x8004b709;
    public static final int RNDGETPOOL = 0x80085202;
    public static final int NS_GET_MNTNS_ID = 0x8008b705;
    public static final int RTC_RD_TIME = 0x80247009;

    // pidfds

    public static final int PIDFD_GET_CGROUP_NAMESPACE = 0xff01;
    public static final int PIDFD_GET_IPC_NAMESPACE = 0xff02;
    public static final int PIDFD_GET_MNT_NAMESPACE = 0xff03;
    public static final int PIDFD_GET_NET_NAMESPACE = 0xff04;
    public static final int PIDFD_GET_PID_NAMESPACE = 0xff05;
    public static final int PIDFD_GET_PID_FOR_CHILDREN_NAMESPACE = 0xff06;
    public static final int PIDFD_GET_TIME_NAMESPACE = 0xff07;
    public static final int PIDFD_GET_TIME_FOR_CHILDREN_NAMESPACE = 0xff08;
    public static final int PIDFD_GET_USER_NAMESPACE = 0xff09;
    public static final int PIDFD_GET_UTS_NAMESPACE = 0xff0a;
    public static final int PIDFD_GET_INFO_NR = 0xb;

    private Ioctl() {}

    /** The direction bits of a request: 0 none, 1 the program writes (the kernel reads), 2 the program reads, 3 both. */
    public static int direction(int request) {
        return request >>> 30;
    }

    /** The size of the argument's struct, in bytes, as encoded in a request. */
    public static int size(int request) {
        return request >>> 16 & 0x3fff;
    }

    /** The type (a letter) of a request, in the low byte's neighbour. */
    public static int type(int request) {
        return request >>> 8 & 0xff;
    }

    /** The number within its type. */
    public static int number(int request) {
        return request & 0xff;
    }
}
