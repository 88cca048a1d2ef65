"""That the program has what the hardening flags of the Makefile are for: read from the file, not from the flags."""
import re
import shutil
import subprocess

import pytest

from program import PROGRAM


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], capture_output=True, text=True, check=True).stdout


def hardening(path):
    """{what: whether it is there}"""
    headers, dynamic, segments = (readelf(option, path) for option in ("-h", "-d", "-l"))
    imported = set(re.findall(r" UND (\w+)", readelf("--dyn-syms", path)))
    stack = re.search(r"GNU_STACK.* (RWE|RW) ", segments)
    return {
        "PIE": "DYN" in headers and "PIE" in dynamic,
        "RELRO": "GNU_RELRO" in segments,
        "BIND_NOW": re.search(r"\(FLAGS\).*BIND_NOW|\(FLAGS_1\).*NOW", dynamic) is not None,
        "stack protector": "__stack_chk_fail" in imported,
        "FORTIFY": any(name.startswith("__") and name.endswith("_chk") for name in imported),
        "no executable stack": stack is not None and stack[1] == "RW",
        "no text relocations": "TEXTREL" not in dynamic,
        "no search path of its own": "RUNPATH" not in dynamic and "RPATH" not in dynamic,
    }


def test_the_program_is_hardened():
    assert [what for what, there in hardening(PROGRAM).items() if not there] == []


@pytest.mark.parametrize("flags, missing", [
    (["-no-pie", "-fno-pie"], {"PIE"}),
    (["-Wl,-z,norelro"], {"RELRO"}),
    (["-Wl,-z,lazy"], {"BIND_NOW"}),
    (["-fno-stack-protector"], {"stack protector"}),
    (["-U_FORTIFY_SOURCE"], {"FORTIFY"}),
    (["-Wl,-z,execstack"], {"no executable stack"}),
    (["-Wl,-rpath,/tmp"], {"no search path of its own"}),
])
def test_what_is_missing_is_found(flags, missing, tmp_path):
    if shutil.which("cc") is None:
        pytest.skip("no compiler")
    source = tmp_path / "program.c"
    source.write_text("#include <stdio.h>\n#include <string.h>\n"
                      "int main(int n, char **v) { char t[64]; strcpy(t, v[n - 1]); printf(\"%s%n\", t, &n); return n; }\n")
    hardened = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=2",
                "-Wl,-z,relro,-z,now,-z,noexecstack"]
    subprocess.run(["cc", "-w", *hardened, *flags, "-o", tmp_path / "program", source], check=True)
    assert {what for what, there in hardening(tmp_path / "program").items() if not there} == missing
