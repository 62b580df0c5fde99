"""What a file system on a disk must stand: run in a guest by DiskTest. Ends with "ok" when everything read is what was written.

work.py DIR SEED [plain]: the same seed does the same; with "plain" there are no links.
work.py DIR check: what an earlier run left is still there.
"""

import ctypes
import hashlib
import mmap
import os
import random
import sys

LARGEST = 400_000
# FALLOC_FL_*: PUNCH and ZERO keep the size, too.
KEEP_SIZE, PUNCH, ZERO, COLLAPSE, INSERT = 1, 3, 0x11, 8, 0x20
libc = ctypes.CDLL(None, use_errno=True)


def names(rnd):
    """A directory large enough for an index, thinned and renamed."""
    os.mkdir("many")
    all_names = [f"file-with-a-longish-name-{i}-{'x' * rnd.randrange(40)}" for i in range(700)]
    for name in all_names:
        with open("many/" + name, "wb") as f:
            f.write(os.urandom(rnd.randrange(3000)))
    for name in all_names[::2]:
        os.unlink("many/" + name)
    for name in all_names[1::4]:
        os.rename("many/" + name, "many/r" + name)
    expected = sorted(("r" + n if i % 4 == 1 else n) for i, n in enumerate(all_names) if i % 2)
    assert sorted(os.listdir("many")) == expected


def links(rnd):
    os.mkdir("links")
    open("links/base", "w").write("x")
    for i in range(100):
        os.link("links/base", f"links/l{i}")
    for i in range(0, 100, 3):
        os.unlink(f"links/l{i}")
    assert os.stat("links/base").st_nlink == 101 - 34
    for i in range(30):
        os.makedirs(f"tree/{i % 7}/{i}/x")
        os.symlink("t" * rnd.randrange(1, 200), f"tree/{i % 7}/{i}/s")
    for i in range(10):
        os.rename(f"tree/{i % 7}/{i}", f"tree/{(i + 1) % 7}/m{i}")
    with open("gone", "w+b") as f:
        f.write(b"z" * 300_000)
        os.unlink("gone")
        f.seek(0)
        assert len(f.read()) == 300_000


def put(data, offset, piece):
    if offset + len(piece) > len(data):
        data.extend(bytes(offset + len(piece) - len(data)))
    data[offset : offset + len(piece)] = piece


def through_a_mapping(rnd, fd, data):
    m = mmap.mmap(fd, len(data))
    assert m[:] == bytes(data)
    for write in (lambda o, b: m.__setitem__(slice(o, o + len(b)), b), lambda o, b: os.pwrite(fd, b, o)):
        offset = rnd.randrange(len(data))
        piece = os.urandom(min(rnd.randrange(1, 20_000), len(data) - offset))
        write(offset, piece)
        data[offset : offset + len(piece)] = piece
    assert m[:] == bytes(data)
    m.close()


def allocate(rnd, fd, data):
    offset, length = rnd.randrange(len(data)), rnd.randrange(1, 50_000)
    mode = rnd.choice([PUNCH, ZERO, 0, KEEP_SIZE, COLLAPSE, INSERT])
    if mode in (COLLAPSE, INSERT):
        block = os.fstat(fd).st_blksize
        offset, length = offset // block * block, (length // block + 1) * block
    if libc.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)) != 0:
        return
    end = min(offset + length, len(data))
    if mode in (PUNCH, ZERO):
        data[offset:end] = bytes(end - offset)
    elif mode == COLLAPSE:
        del data[offset : offset + length]
    elif mode == INSERT:
        data[offset:offset] = bytes(length)
    elif mode == 0 and offset + length > len(data):
        data.extend(bytes(offset + length - len(data)))


def one_file(rnd, name):
    """Random writes, reads, truncations, mappings and holes, held against a copy in memory."""
    fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    data = bytearray()
    for _ in range(100):
        kind = rnd.randrange(8)
        offset = rnd.randrange(LARGEST)
        if kind < 3:
            piece = os.urandom(rnd.randrange(1, 30_000))
            put(data, offset, piece)
            assert os.pwrite(fd, piece, offset) == len(piece)
        elif kind < 5:
            length = rnd.randrange(1, 60_000)
            assert os.pread(fd, length, offset) == bytes(data[offset : offset + length])
        elif kind == 5:
            os.ftruncate(fd, offset)
            if offset < len(data):
                del data[offset:]
            else:
                data.extend(bytes(offset - len(data)))
        elif kind == 6 and data:
            through_a_mapping(rnd, fd, data)
        elif kind == 7 and data:
            allocate(rnd, fd, data)
        assert os.fstat(fd).st_size == len(data)
    os.fsync(fd)
    os.close(fd)
    open(name + ".sum", "w").write(hashlib.sha1(data).hexdigest())


def check():
    for i in range(3):
        got = hashlib.sha1(open(f"file{i}", "rb").read()).hexdigest()
        assert got == open(f"file{i}.sum").read(), i
    assert len(os.listdir("many")) == 350


os.chdir(sys.argv[1])
if sys.argv[2] == "check":
    check()
else:
    random_source = random.Random(int(sys.argv[2]))
    names(random_source)
    if sys.argv[3:] != ["plain"]:
        links(random_source)
    for i in range(3):
        one_file(random_source, f"file{i}")
    check()
print("ok")
