# Client, router (here) and server, three network namespaces in a row: sourced by the scripts that put rules into the router. $tools is what they need besides; $SP is the server, cl its client.
if [ -z "$IN_NAMESPACE" ]; then
    for tool in $tools ip nsenter /usr/bin/python3; do command -v $tool >/dev/null || exit 77; done
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
