# Three network namespaces in a row, client, router and server, and nf_tables rules in the router: what passes, what is refused and how, what is translated.
# Needs nft ip nsenter python3, and leave to make namespaces.
exec 2>&1
tools="nft"
. "$(dirname "$0")/router.bash"
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
