#!/usr/bin/env python3
"""Runs a unit's ExecStart as its user and under its restrictions, where systemd itself cannot run.

    confined.py UNIT [--root FOLDER] [--user NAME] [--credentials FOLDER] [--] [PROGRAM ARGUMENT...]

Holds: User=, the capabilities, no_new_privs, SystemCallFilter=, RestrictAddressFamilies=, RestrictNamespaces=,
MemoryDenyWriteExecute=, the limits, UMask=, Environment= without specifiers; with --root, the root of another system, also
ProtectSystem=, ProtectHome=, PrivateTmp=, PrivateDevices= and the credentials of LoadCredential=. Not: what needs a service
manager (cgroups, user namespaces, watchdog). PROGRAM stands for that of ExecStart=. NOTIFY_SOCKET and LANG are passed on.

Only root can run it. It becomes the program, so that its signals and exit status are the program's.
"""
import argparse
import ctypes
import os
import pwd
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import seccomp
from unit_file import allowed_system_calls, one, settings

CLONE_NEWNS = 0x20000
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38

libc = ctypes.CDLL(None, use_errno=True)


def must(done):
    if done != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def enter(root):
    """The other system, in a mount namespace of its own: read-only but for what each service has for itself."""
    must(libc.unshare(CLONE_NEWNS))
    mount("--make-rprivate", "/")
    mount("--bind", root, root)
    for name, mode in {"tmp": "1777", "var/tmp": "1777", "home": "0000", "root": "0000", "run": "0755"}.items():
        mount("-t", "tmpfs", "-o", f"mode={mode}", "tmpfs", root / name)
    mount("-t", "proc", "proc", root / "proc")
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", root / "dev")
    for name in ("null", "zero", "full", "random", "urandom"):
        (root / "dev" / name).touch()
        mount("--bind", f"/dev/{name}", root / "dev" / name)


def hand_over(root, folder, user, unit):
    """As LoadCredential=ID:FOLDER: /run/credentials/UNIT/ID_NAME, for the user alone. Returns where."""
    (value,) = unit["LoadCredential"]
    identity = value.partition(":")[0]
    inside = Path("run/credentials/sessiond.service")
    (root / inside).mkdir(parents=True)
    mount("-t", "tmpfs", "-o", f"mode=0500,uid={user.pw_uid}", "tmpfs", root / inside)
    for file in folder.iterdir():
        copy = root / inside / f"{identity}_{file.name}"
        shutil.copy(file, copy)
        copy.chmod(0o400)
        os.chown(copy, user.pw_uid, user.pw_gid)
    return f"/{inside}"


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


def user_in(root, name):
    if root is None:
        return pwd.getpwnam(name)
    for line in (root / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return pwd.struct_passwd((name, "x", int(fields[2]), int(fields[3]), "", fields[5], fields[6]))
    raise KeyError(name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("unit", type=Path)
    parser.add_argument("--root", type=Path)
    parser.add_argument("--user")
    parser.add_argument("--credentials", type=Path)
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    arguments = parser.parse_args(sys.argv[1:end])

    unit = settings(arguments.unit)
    user = user_in(arguments.root, arguments.user or one(unit, "User"))
    made = seccomp.filter_of(allowed_system_calls(unit), one(unit, "RestrictAddressFamilies").split())
    environment = dict(value.partition("=")[::2] for value in unit.get("Environment", []) if "%" not in value)
    environment.update({name: os.environ[name] for name in ("NOTIFY_SOCKET", "LANG") if name in os.environ})
    environment["WATCHDOG_USEC"] = str(int(one(unit, "WatchdogSec")) * 1000000)

    if arguments.root is not None:
        enter(arguments.root)
        if arguments.credentials is not None:
            environment["CREDENTIALS_DIRECTORY"] = hand_over(arguments.root, arguments.credentials, user, unit)
        # `ro` of the bind mount alone: the file system stays as it is for everybody else.
        mount("-o", "remount,bind,ro", arguments.root)
        os.chroot(arguments.root)
    os.chdir("/")
    os.umask(int(one(unit, "UMask"), 8))
    limit(unit)
    become(user)
    command = sys.argv[end + 1 :] or one(unit, "ExecStart").split()
    made.load()
    os.execve(command[0], command, environment)


if __name__ == "__main__":
    main()
