"""Lists a tree, so that one on the host and an image of it in a guest can be compared: a line for each object.

tree.py DIR [names]: with "names" only what every file system keeps: paths, kinds, sizes, data.
"""

import hashlib
import os
import stat
import sys


def data(path, st):
    if stat.S_ISLNK(st.st_mode):
        return os.readlink(path)
    if not stat.S_ISREG(st.st_mode):
        return ""
    with open(path, "rb") as f:
        return hashlib.sha1(f.read()).hexdigest()


def attributes(path):
    return [(name, os.getxattr(path, name, follow_symlinks=False)) for name in sorted(os.listxattr(path, follow_symlinks=False))]


def line(path, only_names):
    st = os.lstat(path)
    kept = [path, stat.S_IFMT(st.st_mode), 0 if stat.S_ISDIR(st.st_mode) else st.st_size, data(path, st)]
    if not only_names:
        links = 0 if stat.S_ISDIR(st.st_mode) else st.st_nlink
        kept += [oct(st.st_mode), st.st_uid, st.st_gid, links, st.st_rdev, int(st.st_mtime)]
        if not stat.S_ISLNK(st.st_mode):
            kept += attributes(path)
    return ascii(kept)


os.chdir(sys.argv[1])
for where, directories, files in os.walk("."):
    directories.sort()
    for name in sorted(directories + files):
        print(line(os.path.join(where, name), sys.argv[2:] == ["names"]))
