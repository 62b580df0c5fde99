# Three network namespaces in a row, client, router and server, and nf_tables rules in the router: what passes, what is refused and how, what is translated.
# Needs nft ip nsenter python3, and leave to make namespaces.
exec 2>&1
if [ -z "$IN_NAMESPACE" ]; then
    for tool in nft ip nsenter /usr/bin/python3; do command -v $tool >/dev/null || exit 77; done
    # In a guest only root may write /proc/sys/net yet, not the root of a namespace (docs/network.md, "Missing").
    [ "$(id -u)" = 0 ] || exit 77
    unshare -rn nft list ruleset >/dev/null 2>&1 || exit 77
    IN_NAMESPACE=1 exec unshare -rn bash "$0"
fi
ip link set lo up
# two more namespaces: client C - router (here) - server S
mk() { unshare -n sh -c 'ip link set lo up; exec sleep 1000' & eval "$1=$!"; while [ "$(readlink /proc/$!/ns/net)" = "$(readlink /proc/self/ns/net)" ] ; do sleep 0.02; done; }
mk C; mk S
ip link add c0 type veth peer name e0 netns $C; ip link add s0 type veth peer name e0 netns $S
inC() { nsenter -n -t $C "$@"; }; inS() { nsenter -n -t $S "$@"; }
ip addr add 10.1.0.1/24 dev c0; ip addr add 10.2.0.1/24 dev s0; ip -6 addr add fd01::1/64 dev c0 nodad; ip -6 addr add fd02::1/64 dev s0 nodad; ip link set c0 up; ip link set s0 up
inC ip addr add 10.1.0.2/24 dev e0; inC ip -6 addr add fd01::2/64 dev e0 nodad; inC ip link set e0 up; inC ip route add default via 10.1.0.1; inC ip -6 route add default via fd01::1
inS ip addr add 10.2.0.2/24 dev e0; inS ip -6 addr add fd02::2/64 dev e0 nodad; inS ip link set e0 up
echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
cat > srv.py <<'P'
import socket,threading
def tcp(fam,addr):
    s=socket.socket(fam,socket.SOCK_STREAM); s.setsockopt(1,2,1); s.bind((addr,80)); s.listen(5)
    while True:
        c,a=s.accept(); c.sendall(("tcp from %s\n"%a[0]).encode()); 
        n=0
        while True:
            d=c.recv(65536)
            if not d: break
            n+=len(d)
        c.sendall(b"got %d\n"%n); c.close()
def udp(fam,addr):
    s=socket.socket(fam,socket.SOCK_DGRAM); s.bind((addr,80))
    while True:
        d,a=s.recvfrom(65536); s.sendto(("udp %d from %s\n"%(len(d),a[0])).encode(),a)
for f,ad in ((2,"0.0.0.0"),(10,"fd02::2")):
    threading.Thread(target=tcp,args=(f,ad)).start(); threading.Thread(target=udp,args=(f,ad)).start()
print("up",flush=True)
P
cat > cl.py <<'P'
import socket,sys
kind,addr,port,n=sys.argv[1],sys.argv[2],int(sys.argv[3]),int(sys.argv[4])
fam=10 if ':' in addr else 2
s=socket.socket(fam,socket.SOCK_STREAM if kind=='tcp' else socket.SOCK_DGRAM); s.settimeout(float(sys.argv[5]) if len(sys.argv)>5 else 3)
try:
    s.connect((addr,port))
    if kind=='tcp':
        s.sendall(b'x'*n); s.shutdown(1); r=b''
        while True:
            d=s.recv(1000)
            if not d: break
            r+=d
        print(r.decode().replace("\n",";"))
    else:
        s.send(b'x'*n); print(s.recv(1000).decode().strip())
except OSError as e: print(kind,addr,port,type(e).__name__,e.errno)
P
nsenter -n -t $S /usr/bin/python3 -S srv.py > up & SP=$!
while ! grep -q up up 2>/dev/null; do sleep 0.05; done
cl() { inC /usr/bin/python3 -S cl.py "$@"; }
inS ip route add 10.1.0.0/24 via 10.2.0.1; inS ip -6 route add fd01::/64 via fd02::1
echo "# plain"; cl tcp 10.2.0.2 80 1000000; cl udp 10.2.0.2 80 3000; cl tcp fd02::2 80 100000; cl udp fd02::2 80 1000
echo "# forward filter"
nft -f - <<'N'
table inet f {
chain fw {
 type filter hook forward priority 0;
policy drop;
ct state established,related counter accept;
ct state invalid counter drop;
iifname "c0" tcp dport 80 ct state new counter accept;
meta l4proto { icmp, icmpv6 } counter accept;
ip saddr 10.1.0.2 udp dport 80 udp length > 2000 counter reject;
ip6 nexthdr udp counter reject with icmpv6 admin-prohibited
}
}
N
cl tcp 10.2.0.2 80 10; cl tcp 10.2.0.2 81 10 0.3; cl udp 10.2.0.2 80 100 0.3; cl udp 10.2.0.2 80 2500; cl udp fd02::2 80 10;  cl tcp fd02::2 80 10
inC ping -c 2 -i 0.2 -W 1 10.2.0.2 | grep -o '[0-9] received'; inC ping -6 -c 1 -W 1 fd02::2 | grep -o '[0-9] received'
nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*/N/'; nft list ruleset | grep -c 'packets 0'
nft flush ruleset
echo "# snat, dnat"
inS ip route del 10.1.0.0/24
nft -f - <<'N'
table ip nat {
chain pre {
 type nat hook prerouting priority dstnat;
tcp dport 8080 dnat to 10.2.0.2:80;
udp dport 8080 dnat to 10.2.0.2:80
}
 chain post {
 type nat hook postrouting priority srcnat;
oifname "s0" masquerade
}
}
N
cl tcp 10.2.0.2 80 200000; cl udp 10.2.0.2 80 100; cl tcp 10.1.0.1 8080 5000; cl udp 10.1.0.1 8080 100
inC ping -c 1 -W 1 10.2.0.2 | grep -o '[0-9] received'
cl udp 10.2.0.2 99 10 0.3
nft list ruleset; nft flush table ip nat;  nft delete table ip nat
nft add table ip n2; nft add chain ip n2 post '{ type nat hook postrouting priority 100; }'; nft add rule ip n2 post ip saddr 10.1.0.0/24 oifname s0 meta l4proto '{ tcp, udp }' snat to 10.2.0.50-10.2.0.51:4000-4010 
ip addr add 10.2.0.50/32 dev s0;  ip addr add 10.2.0.51/32 dev s0
cl udp 10.2.0.2 80 10 | sed 's/5[01]/5x/'; cl tcp 10.2.0.2 80 10| sed 's/5[01]/5x/'; nft delete table ip n2
echo "# local out"
nft -f - <<'N'
table ip o {
chain out {
 type nat hook output priority -100;
ip daddr 10.9.9.9 tcp dport 80 dnat to 10.2.0.2
}
 chain fo {
 type filter hook output priority 0;
udp dport 7 drop;
udp dport 8 reject;
tcp dport 9 reject with tcp reset;
tcp dport 10 reject;
meta mark set 5;
ct mark set 7
}
 chain fi {
 type filter hook input priority 0;
meta mark 5 counter;
ct mark 7 counter
}
}
N
ip route add 10.9.9.0/24 via 10.2.0.2
for a in "tcp 10.9.9.9 80 100" "udp 10.2.0.2 7 10" "udp 10.2.0.2 8 10" "tcp 10.2.0.2 9 10" "tcp 10.2.0.2 10 1"; do /usr/bin/python3 -S cl.py $a; done
ping -c1 127.0.0.1 | grep -o '[0-9] received'; nft list chain ip o fi | sed 's,packets [1-9].*,N,'
nft flush ruleset
kill $C $S $SP
wait 2>/dev/null
