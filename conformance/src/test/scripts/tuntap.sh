# tun and tap devices, in a network namespace of its own: a program as the cable.
if [ -z "$IN_NAMESPACE" ]; then
    for tool in ip /usr/bin/python3; do command -v $tool >/dev/null || exit 77; done
    [ -r /dev/net/tun ] && [ -w /dev/net/tun ] && unshare -rn true 2>/dev/null || exit 77
    IN_NAMESPACE=1 exec unshare -rn bash "$0"
fi
cat > tuntap.py <<'P'
import errno, fcntl, os, select, socket, struct, subprocess
IFF_TUN, IFF_TAP, NO_PI, VNET, EXCL = 1, 2, 0x1000, 0x4000, 0x8000
SETIFF, GETIFF, FEATURES, PERSIST = 0x400454ca, 0x800454d2, 0x800454cf, 0x400454cb
def sh(c): return subprocess.run(c, shell=True, capture_output=True, text=True)
def err(f, *a):
    try: return f(*a)
    except OSError as e: return errno.errorcode[e.errno]
def tun(): return os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
def setiff(fd, name, flags): return struct.unpack('16sH', fcntl.ioctl(fd, SETIFF, struct.pack('16sH22x', name, flags))[:18])[0].rstrip(b'\0').decode()
def sum16(b):
    if len(b) % 2: b += b'\0'
    s = sum(struct.unpack('!%dH' % (len(b) // 2), b))
    while s >> 16: s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff
def ip(src, dst, proto, data):
    h = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(data), 1, 0, 64, proto, 0, socket.inet_aton(src), socket.inet_aton(dst))
    return h[:10] + struct.pack('!H', sum16(h)) + h[12:] + data
def read(fd, wanted):
    for i in range(20):
        if not select.select([fd], [], [], 1)[0]: return None
        b = os.read(fd, 65536)
        if wanted(b): return b
a = tun()
print('unattached', err(os.read, a, 100), err(os.write, a, b'x' * 40))
print('features', hex(struct.unpack('I', fcntl.ioctl(a, FEATURES, b'\0' * 4))[0] & 0x5003))
print('bad', err(setiff, tun(), b'x0', 0), err(setiff, tun(), b'x0', 3), err(setiff, tun(), b'lo', IFF_TUN), err(setiff, tun(), b'a/b', IFF_TUN))
print(setiff(a, b'', IFF_TUN | NO_PI), err(setiff, a, b'y', IFF_TUN), err(setiff, tun(), b'tun0', IFF_TUN), err(setiff, tun(), b'tun0', IFF_TAP), err(setiff, tun(), b'tun0', IFF_TUN | EXCL))
n, f = struct.unpack('16sH', fcntl.ioctl(a, GETIFF, b'\0' * 40)[:18])
print('getiff', n.rstrip(b'\0'), hex(f))
print('down', err(os.write, a, ip('10.0.0.2', '10.0.0.1', 1, b'')), err(os.read, a, 100))
sh('ip link set tun0 addrgenmode none; ip addr add 10.0.0.1/24 dev tun0; ip link set tun0 up')
print(sh("ip link show tun0 | sed 's/.*: <//; s/ qdisc [a-z_]*//'").stdout)
print('empty', err(os.read, a, 100), 'short', err(os.write, a, b''), err(os.write, a, b'\x15' * 30))
echo = struct.pack('!BBHHH', 8, 0, 0, 7, 9) + b'ping'
echo = echo[:2] + struct.pack('!H', sum16(echo)) + echo[4:]
print('sent', os.write(a, ip('10.0.0.2', '10.0.0.1', 1, echo)))
r = read(a, lambda b: b[0] >> 4 == 4 and b[9] == 1)
print('answer', r[20], r[24:], sum16(r[20:]), socket.inet_ntoa(r[12:16]), socket.inet_ntoa(r[16:20]))
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('10.0.0.1', 5000)); u.sendto(b'hello', ('10.0.0.9', 6000))
r = read(a, lambda b: b[0] >> 4 == 4 and b[9] == 17)
print('datagram', r[20:24], r[28:])
os.write(a, ip('10.0.0.9', '10.0.0.1', 17, struct.pack('!HHHH', 6000, 5000, 11, 0) + b'abc')); print(u.recvfrom(100))
os.close(a); print('gone', sh('ip link show tun0').returncode)
t = tun(); print(setiff(t, b'cable%d', IFF_TAP)); sh('ip link set cable0 addrgenmode none; ip link set cable0 address 02:00:00:00:00:01 up; ip addr add 10.1.0.1/24 dev cable0')
u.close(); u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b'who', ('10.1.0.2', 7))
r = read(t, lambda b: b[2:4] == b'\x08\x06')
print('arp', r[:4], r[4:10], r[16:20], r[26:32], socket.inet_ntoa(r[42:46]))
mac = b'\x02\0\0\0\0\2'
os.write(t, b'\0\0\x08\x06' + b'\x02\0\0\0\0\1' + mac + b'\x08\x06' + struct.pack('!HHBBH', 1, 0x800, 6, 4, 2) + mac + socket.inet_aton('10.1.0.2') + b'\x02\0\0\0\0\1' + socket.inet_aton('10.1.0.1'))
r = read(t, lambda b: b[2:4] == b'\x08\0' and b[27] == 17)
print('after arp', r[4:10], r[46:])
print('persist', fcntl.ioctl(t, PERSIST, 1)); os.close(t)
print(sh("ip -br link show cable0 | awk '{print $1, $2}'").stdout.strip())
t = tun(); print(setiff(t, b'cable0', IFF_TAP | NO_PI | VNET), fcntl.ioctl(t, PERSIST, 0)); r = select.select([t], [t], [], 1); print(len(r[1]))
sh('ip neigh replace 10.1.0.2 lladdr 02:00:00:00:00:02 nud permanent dev cable0')
seg = struct.pack('!HHIIBBHHH', 9, 10, 1, 0, 0x50, 2, 1000, 0, 0)
pseudo = socket.inet_aton('10.1.0.2') + socket.inet_aton('10.1.0.1') + struct.pack('!HH', 6, len(seg))
seg = seg[:16] + struct.pack('!H', ~sum16(pseudo) & 0xffff) + seg[18:]
os.write(t, struct.pack('<BBHHHH', 1, 0, 0, 0, 34, 16) + b'\x02\0\0\0\0\1' + mac + b'\x08\0' + ip('10.1.0.2', '10.1.0.1', 6, seg))
r = read(t, lambda b: len(b) > 60 and b[22:24] == b'\x08\0' and b[33] == 6)
print('reset', hex(r[10 + 14 + 20 + 13]), len(r))
os.close(t); print('gone', sh('ip link show cable0').returncode)
P
/usr/bin/python3 tuntap.py
ip tuntap add dev t7 mode tap user 0; ip tuntap show | sed 's/ Attached.*//'; ip tuntap del dev t7 mode tap; ip link show t7 2>&1
