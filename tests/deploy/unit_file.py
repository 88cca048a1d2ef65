"""A unit of systemd as the settings that it comes to."""
import subprocess


def settings(path):
    """{name: [value, ...]}, in order; an empty value has taken back what stood before it (systemd.syntax(7))."""
    found = {}
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if not equals or line.startswith(("#", ";")):
            continue
        if value:
            found.setdefault(name, []).append(value)
        else:
            found[name] = []
    return found


def one(found, name):
    (value,) = found[name]
    return value


def system_calls(group):
    """The names in a group, as this system's systemd has it."""
    out = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True).stdout
    names = set()
    for word in (line.strip() for line in out.splitlines()[1:]):
        if word and not word.startswith("#"):
            names |= system_calls(word) if word.startswith("@") else {word}
    return names


def allowed_system_calls(found):
    """What SystemCallFilter= leaves."""
    allowed = set()
    for value in found["SystemCallFilter"]:
        taken = value.startswith("~")
        for word in value.removeprefix("~").split():
            names = system_calls(word) if word.startswith("@") else {word}
            allowed = allowed - names if taken else allowed | names
    return allowed
