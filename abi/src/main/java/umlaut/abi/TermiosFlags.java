package umlaut.abi;

/**
 * Bits and indices of termios(3): input, output, control and local modes, control characters, line speeds.
 *
 * <p>Linux: {@code include/uapi/asm-generic/termbits.h}; man page: termios(3).
 */
public final class TermiosFlags {
    // c_iflag

    public static final int IGNBRK = 01;
    public static final int BRKINT = 02;
    public static final int IGNPAR = 04;
    public static final int PARMRK = 010;
    public static final int INPCK = 020;
    public static final int ISTRIP = 040;
    public static final int INLCR = 0100;
    public static final int IGNCR = 0200;
    public static final int ICRNL = 0400;
    public static final int IUCLC = 01000;
    public static final int IXON = 02000;
    public static final int IXANY = 04000;
    public static final int IXOFF = 010000;
    public static final int IMAXBEL = 020000;
    public static final int IUTF8 = 040000;

    // c_oflag

    public static final int OPOST = 01;
    public static final int OLCUC = 02;
    public static final int ONLCR = 04;
    public static final int OCRNL = 010;
    public static final int ONOCR = 020;
    public static final int ONLRET = 040;
    public static final int OFILL = 0100;
    public static final int OFDEL = 0200;
    public static final int NLDLY = 0400;
    public static final int NL0 = 0;
    public static final int NL1 = 0400;
    public static final int CRDLY = 03000;
    public static final int CR0 = 0;
    public static final int CR1 = 01000;
    public static final int CR2 = 02000;
    public static final int CR3 = 03000;
    public static final int TABDLY = 014000;
    public static final int TAB0 = 0;
    public static final int TAB1 = 04000;
    public static final int TAB2 = 010000;
    public static final int TAB3 = 014000;
    public static final int XTABS = 014000;
    public static final int BSDLY = 020000;
    public static final int BS0 = 0;
    public static final int BS1 = 020000;
    public static final int VTDLY = 040000;
    public static final int VT0 = 0;
    public static final int VT1 = 040000;
    public static final int FFDLY = 0100000;
    public static final int FF0 = 0;
    public static final int FF1 = 0100000;

    // c_cflag

    public static final int CBAUD = 010017;
    public static final int CSIZE = 060;
    public static final int CS5 = 0;
    public static final int CS6 = 020;
    public static final int CS7 = 040;
    public static final int CS8 = 060;
    public static final int CSTOPB = 0100;
    public static final int CREAD = 0200;
    public static final int PARENB = 0400;
    public static final int PARODD = 01000;
    public static final int HUPCL = 02000;
    public static final int CLOCAL = 04000;
    public static final int CBAUDEX = 010000;
    public static final int CIBAUD = 02003600000;
    public static final int CMSPAR = 010000000000;
    public static final int CRTSCTS = 0x80000000;
    public static final int IBSHIFT = 020;

    // Speeds: c_cflag & CBAUD

    public static final int B0 = 0;
    public static final int B50 = 01;
    public static final int B75 = 02;
    public static final int B110 = 03;
    public static final int B134 = 04;
    public static final int B150 = 05;
    public static final int B200 = 06;
    public static final int B300 = 07;
    public static final int B600 = 010;
    public static final int B1200 = 011;
    public static final int B1800 = 012;
    public static final int B2400 = 013;
    public static final int B4800 = 014;
    public static final int B9600 = 015;
    public static final int B19200 = 016;
    public static final int B38400 = 017;
    public static final int BOTHER = 010000;
    public static final int B57600 = 010001;
    public static final int B115200 = 010002;
    public static final int B230400 = 010003;
    public static final int B460800 = 010004;
    public static final int B500000 = 010005;
    public static final int B576000 = 010006;
    public static final int B921600 = 010007;
    public static final int B1000000 = 010010;
    public static final int B1152000 = 010011;
    public static final int B1500000 = 010012;
    public static final int B2000000 = 010013;
    public static final int B2500000 = 010014;
    public static final int B3000000 = 010015;
    public static final int B3500000 = 010016;
    public static final int B4000000 = 010017;

    // c_lflag

    public static final int ISIG = 01;
    public static final int ICANON = 02;
    public static final int XCASE = 04;
    public static final int ECHO = 010;
    public static final int ECHOE = 020;
    public static final int ECHOK = 040;
    public static final int ECHONL = 0100;
    public static final int NOFLSH = 0200;
    public static final int TOSTOP = 0400;
    public static final int ECHOCTL = 01000;
    public static final int ECHOPRT = 02000;
    public static final int ECHOKE = 04000;
    public static final int FLUSHO = 010000;
    public static final int PENDIN = 040000;
    public static final int IEXTEN = 0100000;
    public static final int EXTPROC = 0200000;

    // Indices into c_cc

    public static final int VINTR = 0;
    public static final int VQUIT = 1;
    public static final int VERASE = 2;
    public static final int VKILL = 3;
    public static final int VEOF = 4;
    public static final int VTIME = 5;
    public static final int VMIN = 6;
    public static final int VSWTC = 7;
    public static final int VSTART = 8;
    public static final int VSTOP = 9;
    public static final int VSUSP = 10;
    public static final int VEOL = 11;
    public static final int VREPRINT = 12;
    public static final int VDISCARD = 13;
    public static final int VWERASE = 14;
    public static final int VLNEXT = 15;
    public static final int VEOL2 = 16;

    // tcflow, tcflush

    public static final int TCOOFF = 0;
    public static final int TCOON = 1;
    public static final int TCIOFF = 2;
    public static final int TCION = 3;
    public static final int TCIFLUSH = 0;
    public static final int TCOFLUSH = 1;
    public static final int TCIOFLUSH = 2;

    // Line disciplines: c_line

    public static final int N_TTY = 0;
    public static final int N_SLIP = 1;
    public static final int N_PPP = 3;
    public static final int N_HDLC = 13;
    public static final int N_NULL = 27;

    // A disabled control character

    public static final int _POSIX_VDISABLE = 0;

    private TermiosFlags() {}
}
