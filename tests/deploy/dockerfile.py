#!/usr/bin/env python3
"""Carries out a Dockerfile where no container engine is: each stage in a copy of one system, each RUN by chroot.

    dockerfile.py DOCKERFILE CONTEXT BASE FOLDER [ARG=VALUE...]

CONTEXT: the folder of the sources. BASE: the root of a system that stands for every `FROM IMAGE`. FOLDER: where the stages are put; the last
one is FOLDER/image. Prints the image's configuration as JSON. Knows the instructions that deploy/docker/Dockerfile has, and refuses others.
"""
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path


def instructions(text):
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line.strip():
            word, _, rest = line.strip().partition(" ")
            yield word, rest.strip()


class Stage:
    def __init__(self, root, context, stages):
        self.root, self.context, self.stages = root, context, stages
        self.env, self.user, self.workdir = {}, None, "/"
        self.config = {}

    def inside(self, path):
        return self.root / os.path.normpath(f"{self.workdir}/{path}").lstrip("/")

    def mounts(self, options):
        for option in options:
            fields = dict(field.split("=", 1) for field in option.removeprefix("--mount=").split(","))
            assert fields.pop("type") == "bind", option
            yield self.stages[fields["from"]].root / fields["source"].lstrip("/"), self.root / fields["target"].lstrip("/")

    def run(self, rest):
        words = rest.split()
        options = [word for word in words if word.startswith("--mount=")]
        command = " ".join(words[len(options) :])
        mounts = list(self.mounts(options))
        script = 'mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"'
        for source, target in mounts:
            target.mkdir(parents=True)
            script += f" && mount --bind {shlex.quote(str(source))} {shlex.quote(str(target))}"
        script += ' && exec chroot "$1" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root "${@:4}" ' \
                  'sh -c "cd $2 && $3"'
        line = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "bash", "-c", script, "-"]
        line += [self.root, self.workdir, command, *[f"{name}={value}" for name, value in self.env.items()]]
        subprocess.run(line, check=True, stdout=sys.stderr)
        for _, target in mounts:
            target.rmdir()

    def copy(self, rest):
        *sources, target = rest.split()
        for source in sources:
            place = self.inside(target)
            if (self.context / source).is_dir():
                shutil.copytree(self.context / source, place, dirs_exist_ok=True, symlinks=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(self.context / source, place)

    def do(self, word, rest):
        if word == "ENV":
            name, _, value = rest.partition("=")
            self.env[name] = value
        elif word == "RUN":
            self.run(rest)
        elif word == "WORKDIR":
            self.workdir = rest
            self.inside(".").mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            self.copy(rest)
        elif word == "USER":
            self.user = rest
        elif word in ("EXPOSE", "STOPSIGNAL"):
            self.config[word] = rest
        elif word in ("ENTRYPOINT", "CMD"):
            self.config[word] = json.loads(rest)
        elif word == "HEALTHCHECK":
            options, _, command = rest.partition(" CMD ")
            assert all(re.fullmatch(r"--(interval|timeout|start-period|retries)=\w+", option) for option in options.split()), options
            self.config[word] = json.loads(command)
        else:
            raise SystemExit(f"no instruction {word}")


def main(dockerfile, context, base, folder, *given):
    given = dict(each.split("=", 1) for each in given)
    stages, stage = {}, None
    for word, rest in instructions(Path(dockerfile).read_text()):
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            root = Path(folder) / (name or "image")
            subprocess.run(["cp", "-a", base, root], check=True)
            stage = stages[name or "image"] = Stage(root, Path(context), stages)
        elif word == "ARG":
            name, _, default = rest.partition("=")
            stage.env[name] = given.get(name, default)
        else:
            stage.do(word, rest)
    print(json.dumps({**stage.config, "USER": stage.user, "ENV": stage.env}))


if __name__ == "__main__":
    main(*sys.argv[1:])
