#!/usr/bin/env python3
"""Guests killed while they work, and what is left on their disks (Linux: the idea of xfstests' generic/475).

crash.py PROGRAM ROUNDS [SEED]: PROGRAM is crash.c, compiled. Each round makes a file system, lets a guest work on it (crash.c says how), kills the guest's kernel at some moment, and
then: a copy recovered by e2fsck must need no more than the journal and the list of orphans, one recovered by a guest must be clean for e2fsck, both must hold what was synced and
nothing but what was done (crash.c's check), and the trees that debugfs finds in them must be equal. Needs e2fsprogs. The images of a round that fails are kept.
"""

import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time

UMLAUT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../../../umlaut")
SIZE = 100 << 20
WORKERS = 3
# mke2fs options, and whether mappings of files are copies, so that only msync(2) orders what is written through them.
KINDS = [
    ("-t ext4 -b 4096 -J size=4", 0),
    ("-t ext4 -b 1024 -J size=1", 1),
    ("-t ext3 -b 4096 -J size=4", 0),
    ("-t ext4 -b 4096 -J size=8 -O ^64bit,^metadata_csum -I 128", 0),
    ("-t ext4 -b 2048 -O meta_bg,^resize_inode -J size=4", 1),
]
# All that e2fsck may have to do after a crash, and what it says anyway.
EXPECTED = re.compile(
    r"^(|.*: recovering journal|Setting free (blocks|inodes) count to .*|.*Clearing orphaned inode .*|.*Truncating orphaned inode .*"
    r"|.*extent tree \(at level .*\) could be shorter.*|.*: \d+/\d+ files .*)$"
)
os.environ["PATH"] += ":/usr/sbin:/sbin"


class Finding(Exception):
    pass


def run(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")


def make(image, kind):
    with open(image, "wb") as f:
        f.truncate(SIZE)
    made = run("mke2fs", "-q", "-F", *kind.split(), image)
    if made.returncode:
        raise SystemExit("crash.py: mke2fs: " + made.stdout)


class Killed:
    """A guest that works until it is killed: how far each worker came."""

    def __init__(self, program, image, seed, msyncs, milliseconds):
        self.begun, self.durable = {}, {}
        script = f"mount /dev/ubda /mnt && exec /tools/crash work /mnt {seed} {WORKERS} {msyncs}"
        self.guest = subprocess.Popen(
            [UMLAUT, "run", "-v", os.path.dirname(program) + ":/tools:ro", "--disk", image, "--", "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        reader = threading.Thread(target=self.read, args=[milliseconds])
        reader.start()
        reader.join()
        if self.guest.wait() >= 0:
            raise Finding(f"the guest ended by itself, status {self.guest.returncode}")

    def read(self, milliseconds):
        timer = None
        while record := self.guest.stdout.read(8):
            if timer is None:
                timer = threading.Timer(milliseconds / 1000, self.guest.kill)
                timer.start()
            what, step = struct.unpack("<II", record)
            (self.durable if what >> 16 else self.begun)[what & 0xFFFF] = step


def wait_until_unused(image):
    """The guest's processes, which may have the image mapped, end a little later than its kernel: they share its lock."""
    while run("flock", "-n", image, "true").returncode:
        time.sleep(0.01)


def clean(image, what):
    found = run("e2fsck", "-fn", image)
    if found.returncode:
        raise Finding(f"{what} is not clean:\n{found.stdout}")


def tree(image, into):
    """What debugfs finds: names, kinds, sizes, data."""
    os.mkdir(into)
    run("debugfs", "-R", f"rdump / {into}", image)
    found = {}
    for where, names, files in os.walk(into):
        for name in names + files:
            path = os.path.join(where, name)
            if os.path.islink(path):
                found[path[len(into) :]] = os.readlink(path)
            elif os.path.isfile(path):
                with open(path, "rb") as f:
                    found[path[len(into) :]] = f.read()
            else:
                found[path[len(into) :]] = None
    return found


def recover(program, image, theirs, seed, msyncs, killed):
    checks = " && ".join(
        f"/tools/crash check {top} {seed} {w} {killed.durable.get(w, 0)} {last} {msyncs}"
        for top in ["/mnt", "/tmp/theirs"]
        for w, last in sorted(killed.begun.items())
        if last > 1
    )
    script = (
        "set -e; mkdir /tmp/theirs; mount /dev/ubda /mnt; mount -o ro /dev/ubdb /tmp/theirs; "
        + (checks + "; " if checks else "")
        + "umount /mnt; dmesg | grep -i oops && exit 3; echo well"
    )
    tools = os.path.dirname(program) + ":/tools:ro"
    result = run(UMLAUT, "run", "-v", tools, "--disk", image, "--disk", theirs + ",ro", "--", "sh", "-c", script)
    if result.returncode or not result.stdout.endswith("well\n"):
        raise Finding("checked in a guest: " + result.stdout)


def one(program, directory, seed):
    rnd = random.Random(seed)
    kind, msyncs = KINDS[seed % len(KINDS)]
    image, theirs = os.path.join(directory, "image"), os.path.join(directory, "theirs")
    make(image, kind)
    killed = Killed(program, image, seed, msyncs, rnd.choice([20, 200, 1000, 3000]) * rnd.random())
    wait_until_unused(image)
    shutil.copy(image, theirs)
    shutil.copy(image, os.path.join(directory, "killed"))
    fixed = run("e2fsck", "-fp", theirs)
    strange = [line for line in fixed.stdout.split("\n") if not EXPECTED.match(line)]
    if fixed.returncode > 1 or strange:
        raise Finding("e2fsck had more to do than recovery:\n" + fixed.stdout)
    clean(theirs, "what e2fsck recovered")
    recover(program, image, theirs, seed, msyncs, killed)
    clean(image, "what a guest recovered")
    a, b = tree(image, os.path.join(directory, "a")), tree(theirs, os.path.join(directory, "b"))
    if a != b:
        different = [name for name in sorted(a.keys() | b.keys()) if a.get(name, 0) != b.get(name, 0)]
        raise Finding("recovered by a guest and by e2fsck, these differ: " + " ".join(different))
    return f"{kind}: {sum(killed.begun.values())} steps, {len(a)} names"


def main():
    program, rounds = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    failures = 0
    for number in range(seed, seed + rounds):
        directory = tempfile.mkdtemp(prefix="umlaut-crash-")
        try:
            print(f"seed {number}: {one(program, directory, number)}", flush=True)
            shutil.rmtree(directory)
        except Finding as e:
            failures += 1
            print(f"seed {number}: {e}\nseed {number}: images are in {directory}", flush=True)
    print(f"{rounds} rounds, {failures} failed")
    sys.exit(1 if failures else 0)


main()
