"""What a release is made of: the same bytes each time, and a package in which lintian finds nothing wrong."""
import os
import re
import subprocess
import tarfile

import pytest

from paths import REPO
from program import environment, run

VERSION = re.search(r"(?m)^VERSION\s*:= (\S+)", (REPO / "Makefile").read_text())[1]


def dist(what, into, folder=REPO, **variables):
    line = [folder / "deploy/dist.sh", what, VERSION, into]
    done = subprocess.run(line, capture_output=True, text=True, check=False, env={**environment(), **variables})
    assert done.returncode == 0, done.stderr[-4000:]
    return into


def with_umask(value, make):
    before = os.umask(value)
    try:
        return make()
    finally:
        os.umask(before)


@pytest.fixture(scope="module")
def tarball(tmp_path_factory):
    return dist("tarball", tmp_path_factory.mktemp("dist")) / f"sessiond-{VERSION}.tar.gz"


def test_two_tarballs_have_the_same_bytes(tarball, tmp_path):
    again = with_umask(0o077, lambda: dist("tarball", tmp_path / "again", LC_ALL="C.UTF-8", TZ="Asia/Tokyo"))
    assert (again / tarball.name).read_bytes() == tarball.read_bytes()


def test_a_tarball_of_an_unpacked_one_has_the_same_bytes_where_git_is_not(tarball, tmp_path):
    subprocess.run(["tar", "-xzf", tarball, "-C", tmp_path], check=True)
    tree = tmp_path / tarball.name.removesuffix(".tar.gz")
    assert not (tree / ".git").exists()
    again = dist("tarball", tmp_path / "again", folder=tree, GIT_CEILING_DIRECTORIES=str(tmp_path))
    assert (again / tarball.name).read_bytes() == tarball.read_bytes()


def test_nothing_of_this_machine_is_in_a_tarball(tarball):
    with tarfile.open(tarball) as archive:
        members = archive.getmembers()
        assert {(m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, "", "")}
        assert len({m.mtime for m in members}) == 1
        assert {m.mode & 0o777 for m in members} <= {0o644, 0o755}
        names = {m.name.partition("/")[2] for m in members}
    assert {"Makefile", "README.md", "LICENSE", ".revision", "deploy/debian/control"} <= names
    assert not [name for name in names if name.startswith(("build", ".git/"))]


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Built from the sources, without git, in a folder of its own."""
    into = dist("deb", tmp_path_factory.mktemp("deb"))
    (deb,) = into.glob("sessiond_*.deb")
    return deb


def test_lintian_finds_no_error_and_no_warning_in_the_package(package):
    line = ["lintian", "--allow-root", "--fail-on", "error,warning", package]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_overridden_tag_says_why():
    above = ""
    for line in (REPO / "deploy/debian/lintian-overrides").read_text().splitlines():
        assert line.startswith("#") or above.startswith("#"), line
        above = line


def test_the_package_has_what_it_says(package):
    listing = subprocess.run(["dpkg-deb", "-c", package], capture_output=True, text=True, check=True).stdout
    for path in (
        "usr/bin/sessiond", "sessiond.service", "sessiond@.service", "etc/sessiond/sessiond.conf", "man1/sessiond.1.gz",
        "man5/sessiond.conf.5.gz", "usr/share/sessiond/prometheus/sessiond.rules.yml", "usr/share/sessiond/grafana/sessiond.json",
        "usr/share/sessiond/schemas/create-study-session.v1.avsc", "usr/share/doc/sessiond/README.md",
        "usr/share/bash-completion/completions/sessiond", "usr/share/zsh/vendor-completions/_sessiond",
    ):
        assert re.search(rf"(?m)/{re.escape(path)}$|\./{re.escape(path)}$", listing), path
    assert re.search(r"(?m)^drwx------ root/root .* \./etc/sessiond/secrets/$", listing)


def test_the_packaged_program_knows_its_version_and_revision(package, tarball, tmp_path):
    with tarfile.open(tarball) as archive:
        revision = archive.extractfile(f"sessiond-{VERSION}/.revision").read().decode().strip()
    subprocess.run(["dpkg-deb", "-x", package, tmp_path], check=True)
    out = subprocess.run([tmp_path / "usr/bin/sessiond", "version"], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[0] == f"sessiond {VERSION} (revision {revision})"
    assert revision != "unknown"


@pytest.mark.slow
def test_two_packages_have_the_same_bytes(package, tmp_path):
    again = dist("deb", tmp_path / "again", TMPDIR=str(tmp_path))
    assert (again / package.name).read_bytes() == package.read_bytes()


MANUAL = ("sessiond.1", "sessiond.conf.5")


@pytest.mark.parametrize("page", MANUAL)
def test_mandoc_finds_nothing_to_mend_in_a_manual_page(page, tmp_path):
    (tmp_path / page).write_text(run("manual", page))
    done = subprocess.run(["mandoc", "-T", "lint", tmp_path / page], capture_output=True, text=True, check=False)
    # That the other page is installed is for the package.
    assert [line for line in done.stdout.splitlines() if "referenced manual not found" not in line] == []


def test_manual_pages_have_every_command_option_and_key():
    commands, keys = (run("manual", page) for page in MANUAL)
    for name in re.findall(r"(?m)^  ([a-z]+)  +[A-Z]", run("--help")):
        section = commands.partition(f".Ss {name}\n")[2].partition("\n.Ss ")[0]
        options = re.findall(r"(?m)^  --([a-z-]+)", run(name, "--help").partition("\nOptions:\n")[2].partition("\n\n")[0])
        for option in options:
            assert re.search(rf"(?m)^\.It Fl \\-(\\&)?{option.replace('-', '.{1,2}')}( |$)", section), (name, option)
        assert section, name
    for key in re.findall(r"(?m)^([a-z][a-z.*]+)  ", run("config", "--list")):
        assert f".It Cm \\&{key}\n" in keys


def test_a_manual_page_is_dated_by_the_release():
    assert run("manual", "sessiond.1", SOURCE_DATE_EPOCH="1700000000").startswith(".Dd November 14, 2023\n")


def test_who_makes_a_package_alone_is_told_of_the_manual():
    """It is in no list: neither in the help, nor in completion, nor in itself."""
    assert "\n  manual" not in run("--help") and ".Ss manual" not in run("manual", "sessiond.1")
    assert not re.search(r"commands\).* manual", run("completion", "bash"))
