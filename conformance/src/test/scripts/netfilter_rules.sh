# nf_tables as nft(8) tells and lists it: tables, chains, sets, maps, objects, and what is refused.
# Needs nft and ip, and leave to make namespaces.
exec 2>&1
if [ -z "$IN_NAMESPACE" ]; then
    for tool in nft ip; do command -v $tool >/dev/null || exit 77; done
    unshare -rn nft list ruleset >/dev/null 2>&1 || exit 77
    IN_NAMESPACE=1 exec unshare -rn bash "$0"
fi
ip link set lo up
# Where in the line nft sees a mistake is not compared.
{
echo "# errors and more"
nft add rule ip a b drop
nft add chain ip a b
nft add table ip a
nft create table ip a
nft add chain ip a b
nft add rule ip a b jump c
nft add chain ip a c
nft add rule ip a b jump c
nft add rule ip a c jump b
nft delete chain ip a c
nft add rule ip a c ip saddr . tcp dport '{ 1.2.3.4 . 80, 10.0.0.0/8 . 100-200 }' accept
nft add set ip a d '{ type ipv4_addr; flags dynamic,timeout; timeout 1h; size 10; }'
nft add rule ip a c update @d '{ ip saddr timeout 5m counter }'
nft add counter ip a cnt
nft add quota ip a q 25 mbytes
nft add rule ip a c counter name cnt quota name q
nft add rule ip a c limit rate 10/second burst 20 packets log prefix '"hi "' level info
nft add rule ip a c limit rate over 1 mbytes/second drop
nft add map ip a mm '{ type inet_service : ipv4_addr; elements = { 80 : 1.1.1.1, 443 : 2.2.2.2 } }'
nft add chain ip a n '{ type nat hook prerouting priority -90; }'
nft add rule ip a n dnat to tcp dport map @mm
nft add rule ip a n redirect to :99
nft add rule ip a c tcp flags '& (syn|ack) == syn' tcp sport != 1-1023 ip ttl 64 ip dscp cs1 fib daddr type local meta pkttype unicast ct direction original ct status dnat accept
nft add element ip a mm '{ 90 : 3.3.3.3 }'
nft delete element ip a mm '{ 80 }'
nft get element ip a mm '{ 443 }'
nft delete set ip a d
nft insert rule ip a c ip saddr 9.9.9.9 drop
nft list ruleset
nft -a list chain ip a c | grep 9.9.9.9 | sed 's/# handle.*//'
h=$(nft -a list chain ip a c | sed -n 's/.*9.9.9.9 drop # handle //p')
nft replace rule ip a c handle $h ip saddr 8.8.8.8 accept
nft delete rule ip a c handle 9999
nft list chain ip a c | head -4
nft -j list tables
nft list counters
nft flush chain ip a c
nft rename chain ip a n nn
nft list chains
nft delete table ip a
nft list ruleset
} 2>&1 | grep -v '\^\^*$' | grep -v '^ *\^'
