#!/usr/bin/env python3
"""Programs that promise to lose nothing they have committed, on a disk of a guest that is killed.

applications.py sqlite|git|postgres ROUNDS [SEED]: each round makes an ext4, on which a guest commits one thing after the other and says so, until it is killed at some moment; the next
guest looks whether all that was said is there and the program finds nothing wrong, and e2fsck checks what it leaves. The programs are the host's.
"""

import os
import random
import subprocess
import sys
import tempfile
import threading

UMLAUT = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../../../umlaut")
os.environ["PATH"] += ":/usr/sbin:/sbin"

# "extra": only then is the directory synced after the removal of the journal, which is what commits.
SQLITE_WORK = """
sqlite3 db 'create table t(n integer primary key, s text)'
i=0; { echo 'pragma journal_mode=MODE; pragma synchronous=extra;'
while :; do i=$((i+1)); echo "insert into t values($i, hex(randomblob(500))); select $i;"; done; } | sqlite3 db
"""
SQLITE_CHECK = "[ \"$(sqlite3 db 'pragma integrity_check')\" = ok ] && [ $(sqlite3 db 'select count(*) from t where n <= LAST') = LAST ]"

# git syncs what it writes, but not the directory in which it renames the branch: the last commit may be lost, not the one before.
GIT_WORK = """
git init -q . && git config user.name x && git config user.email x@y && git config core.fsync all && git config core.fsyncMethod fsync
i=0; while :; do i=$((i+1)); echo $i >f$((i % 50)); git add -A && git commit -q -m "commit $i" && echo $i; [ $((i % 40)) = 0 ] && git gc -q --prune=now; done
"""
GIT_CHECK = "rm -f .git/*.lock .git/refs/heads/*.lock; git fsck --full --strict && { git log --format=%s | grep -qx 'commit BEFORE'; } && git status >/dev/null"

# PostgreSQL does not run as root.
POSTGRES_WORK = """
B=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1); chown 65534:65534 .; PG="setpriv --reuid 65534 --regid 65534 --clear-groups env PGHOST=/tmp PGUSER=p PGDATABASE=postgres LC_ALL=C"
[ -d data ] || $PG $B/initdb -A trust -U p -D data >/dev/null 2>&1
$PG $B/pg_ctl -D data -o '-k /tmp -c listen_addresses=' -w -l /tmp/log start >/dev/null || { cat /tmp/log; exit 1; }
"""
POSTGRES_LOOP = """
$PG $B/psql -qc 'create table t(n int primary key, s text)'
i=0; while :; do i=$((i+1)); echo "insert into t values($i, repeat('x', 500)); select $i;"; done | $PG $B/psql -qtA
"""
POSTGRES_CHECK = "[ $($PG $B/psql -tAc 'select count(*) from t where n <= LAST') = LAST ] && $PG $B/psql -qc 'vacuum full t' && $PG $B/pg_ctl -D data -m fast -w stop >/dev/null"

PROGRAMS = {
    "sqlite": (SQLITE_WORK, SQLITE_CHECK),
    "git": (GIT_WORK, GIT_CHECK),
    "postgres": (POSTGRES_WORK + POSTGRES_LOOP, POSTGRES_WORK + POSTGRES_CHECK),
}


def guest(image, script, **how):
    command = [UMLAUT, "run", "--disk", image, "--", "sh", "-c", f"mount /dev/ubda /mnt && cd /mnt && export HOME=/tmp; {script}"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **how)


def work_until_killed(image, script, seconds):
    """The last thing that was said to be committed."""
    process = guest(image, script)
    last, timer, said = 0, None, []
    for line in process.stdout:
        if not line.strip().isdigit():
            said.append(line)
            continue
        if not line.endswith("\n"):
            break
        last = int(line)
        if timer is None:
            timer = threading.Timer(seconds, process.kill)
            timer.start()
    if process.wait() >= 0:
        return None, "".join(said)
    return last, ""


def one(kind, image, rnd):
    work, check = PROGRAMS[kind]
    mode = rnd.choice(["wal", "delete", "truncate", "persist"])
    with open(image, "wb") as f:
        f.truncate(300 << 20)
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext4", image], check=True)
    last, said = work_until_killed(image, work.replace("MODE", mode), rnd.random() * 4)
    if last is None:
        return "ended by itself: " + said
    while subprocess.run(["flock", "-n", image, "true"]).returncode:
        pass
    check = check.replace("LAST", str(last)).replace("BEFORE", str(max(1, last - 1)))
    checking = guest(image, f"{{ {check}; }} && cd / && umount /mnt && echo well")
    output = checking.communicate()[0]
    if not output.endswith("well\n"):
        return f"{last} were committed: {output}"
    clean = subprocess.run(["e2fsck", "-fn", image], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(f"{kind}: {last} committed and there", flush=True)
    return clean.stdout if clean.returncode else None


def main():
    kind, rounds = sys.argv[1], int(sys.argv[2])
    rnd = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else None)
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(rounds):
            found = one(kind, os.path.join(directory, "image"), rnd)
            if found:
                print("applications.py: " + kind + ": " + found)
                sys.exit(1)


main()
