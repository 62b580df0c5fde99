# iptables-nft in the router of three network namespaces in a row: matches and targets that nf_tables has no expressions for.
# Needs nft iptables iptables-save iptables-restore ip nsenter python3, and leave to make namespaces.
exec 2>&1
tools="nft iptables iptables-save iptables-restore"
. "$(dirname "$0")/router.bash"
inS ip route del 10.1.0.0/24
echo "# iptables"
iptables -P FORWARD DROP; iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; iptables -A FORWARD -i c0 -p tcp -m multiport --dports 80,90:95 -j ACCEPT; iptables -A FORWARD -p udp -m addrtype --dst-type UNICAST -j REJECT --reject-with icmp-host-prohibited; iptables -t nat -A POSTROUTING -o s0 -j MASQUERADE; iptables -t nat -A PREROUTING -i c0 -p tcp --dport 8081 -j DNAT --to-destination 10.2.0.2:80; iptables -N lg; iptables -A lg -m limit --limit 1/min -j LOG --log-prefix "z "; iptables -A lg -j RETURN; iptables -I FORWARD 1 -j lg; iptables -t mangle -A PREROUTING -p icmp -j MARK --set-mark 0x3
cl tcp 10.2.0.2 80 10; cl tcp 10.1.0.1 8081 10; cl udp 10.2.0.2 80 10; cl tcp 10.2.0.2 81 10 0.3
iptables -L -n -v | sed 's/^ *[0-9.KM]* *[0-9.KM]* /N N /; s/policy \([A-Z]*\) .*/\1/'; iptables -t nat -S; iptables -t mangle -S; iptables-save | grep -v '^#' | sed 's/\[.*\]//'
iptables -C FORWARD -j lg; echo $?; iptables -C FORWARD -p tcp --dport 5 -j DROP; echo $?; iptables -D FORWARD 9; iptables -X lg; iptables -D FORWARD -j lg;  iptables -F lg; iptables -X lg; echo $?; iptables -A FORWARD -j nochain; iptables -A INPUT -m nomatch; iptables-save > saved; iptables -F; iptables -t nat -F; iptables-restore < saved; iptables-save | grep -v '^#' | sed 's/\[.*\]//'
nft list ruleset | sed 's/packets [0-9]* bytes [0-9]*/N/'
nft flush ruleset
kill $C $S $SP
wait 2>/dev/null
