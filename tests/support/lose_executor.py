#!/usr/bin/python3
"""pgo-merge --framed on a Spark worker, but the first that is fed the marked profile takes its executor down instead.

    lose_executor.py MARKED ONCE PGO-MERGE [OPTION...]

MARKED is a profile, ONCE the path of a file that comes to be with the first kill and prevents a second.
"""

import os
import pathlib
import signal
import subprocess
import sys


def parent(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def executor():
    """The Java process that this one descends from: its parent is a Python worker, and that one's parent a daemon."""
    pid = os.getppid()
    while pathlib.Path(f"/proc/{pid}/comm").read_text() != "java\n":
        pid = parent(pid)
    return pid


def first(once):
    try:
        os.close(os.open(once, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


marked, once, *command = sys.argv[1:]
wanted = pathlib.Path(marked).read_bytes()
fed = b""
while chunk := sys.stdin.buffer.read1():
    fed += chunk
    if wanted in fed and first(once):
        os.kill(executor(), signal.SIGKILL)
        sys.exit("killed the executor")
sys.exit(subprocess.run(command, input=fed, check=False).returncode)
