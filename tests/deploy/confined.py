#!/usr/bin/env python3
"""Runs a unit's ExecStart as its user and under its restrictions, where no systemd is the first process.

    confined.py UNIT [--user NAME] [--] [PROGRAM ARGUMENT...]

Holds: User=, the capabilities, no_new_privs, SystemCallFilter=, RestrictAddressFamilies=, RestrictNamespaces=,
MemoryDenyWriteExecute=, the limits, UMask=, Environment= without specifiers. Not: what needs a service manager (mounts,
credentials, cgroups, user namespaces, watchdog; package.sh has a real one). PROGRAM stands for that of ExecStart=.
NOTIFY_SOCKET and LANG are passed on.

Only root can run it. It becomes the program, so that its signals and exit status are the program's.
"""
import argparse
import ctypes
import os
import pwd
import resource
import sys
from pathlib import Path

import seccomp
from unit_file import allowed_system_calls, one, settings

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38

libc = ctypes.CDLL(None, use_errno=True)


def must(done):
    if done != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def limit(unit):
    for name, values in unit.items():
        if name.startswith("Limit"):
            number = getattr(resource, f"RLIMIT_{name.removeprefix('Limit')}")
            _, most = resource.getrlimit(number)  # a container's root may not raise it
            wanted = int(values[-1]) if most == resource.RLIM_INFINITY else min(int(values[-1]), most)
            resource.setrlimit(number, (wanted, wanted))


def become(user):
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("unit", type=Path)
    parser.add_argument("--user")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments = parser.parse_args(sys.argv[1:end])

    unit = settings(arguments.unit)
    user = pwd.getpwnam(arguments.user or one(unit, "User"))
    made = seccomp.filter_of(allowed_system_calls(unit), one(unit, "RestrictAddressFamilies").split())
    environment = dict(value.partition("=")[::2] for value in unit.get("Environment", []) if "%" not in value)
    environment.update({name: os.environ[name] for name in ("NOTIFY_SOCKET", "LANG") if name in os.environ})
    environment["WATCHDOG_USEC"] = str(int(one(unit, "WatchdogSec")) * 1000000)

    os.chdir("/")
    os.umask(int(one(unit, "UMask"), 8))
    limit(unit)
    become(user)
    command = sys.argv[end + 1 :] or one(unit, "ExecStart").split()
    made.load()
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
