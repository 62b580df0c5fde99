# swapon(2), swapoff(2), /proc/swaps: files and block devices as areas. Root's alone, and only where there are loop devices.
[ "$(id -u)" = 0 ] || exit 77
top=$(mktemp -d); cd "$top" || exit 1
dd if=/dev/zero of=img bs=1M count=64 status=none
L=$(losetup -f --show img 2>/dev/null) || exit 77
trap 'cd /; swapoff $L 2>/dev/null; swapoff $top/m/s 2>/dev/null; umount $top/m 2>/dev/null; losetup -d $L; rm -rf $top' EXIT
mkfs.ext4 -q -b 4096 $L && mkdir m && mount -t ext4 $L m || exit 77
areas() { sed "s#$top#TOP#; s#$L#LOOP#" /proc/swaps | grep -e TOP -e LOOP | awk '{print $1, $2, $3, $5 < 0 ? "own" : $5}'; }
make() { dd if=/dev/zero of=$1 bs=1M count=8 status=none; chmod 600 $1; }
make m/s; make m/n
mkswap m/s >/dev/null
swapon m/s && areas
for f in m/s m/n m/none .; do swapon $f 2>&1 | sed "s#$top#TOP#g"; done
rm -f m/s 2>&1; truncate -s 0 m/s 2>&1; dd if=/dev/zero of=m/s bs=1 count=1 conv=notrunc status=none 2>&1
swapoff m/n 2>&1 | sed "s#$top#TOP#g"
umount m 2>/dev/null; echo "umount $?"
swapoff m/s; echo "off $?"; areas
swapoff m/s 2>&1 | sed "s#$top#TOP#g"
truncate -s 8M m/h; chmod 600 m/h; mkswap m/h >/dev/null; swapon m/h 2>&1 | sed "s#$top#TOP#g"
rm m/s; umount m; mkswap $L >/dev/null; swapon -p 7 $L; areas
setpriv --reuid=65534 --clear-groups swapoff $L 2>&1 | sed "s#$L#LOOP#g"
swapoff $L; areas
