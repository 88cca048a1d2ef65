"""The table of error codes, include/core/err_codes.def, against the sources that use it and the pages that document it."""
import collections
import re

from services import REPO
from test_mistakes import ROWS

Code = collections.namedtuple("Code", "constant code exits row meaning")

LINE = re.compile(r'ERR_CODE\((\w+), +"(\S+)", +"([^"]*)", +(ROW|NONE), +"(.+)"\)')
PAGES = ["README.md", "CHANGELOG.md", "deploy/README.md", "schemas/README.md"]
MENTION = re.compile(r"\bE-[A-Z]+-[A-Z0-9]+(?:-[A-Z0-9]+)*")
OF_POSTGRES = re.compile(r"E-PG-(?=.*\d)[0-9A-Z]{5}")  # what is not in the table itself, by its SQLSTATE


def read_table():
    for line in (REPO / "include/core/err_codes.def").read_text().splitlines():
        if line.startswith("ERR_CODE"):
            yield Code(*LINE.fullmatch(line).groups())


TABLE = {row.code: row for row in read_table()}
SOURCES = {path: re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
           for folder in ("src", "include") for path in (REPO / folder).rglob("*.[ch]")}


def row_of(code):
    """None where there is none: a SQLSTATE that is not in the table has the family's row."""
    return TABLE.get(code) or (TABLE["E-PG-"] if OF_POSTGRES.fullmatch(code) else None)


def exits_of(row):
    return {int(number) for number in row.exits.split() if number != "-"}


def exits_in_sources():
    """The exit codes that stand beside a constant where an error is made."""
    header = (REPO / "include/core/err.h").read_text()
    numbers = {name: int(number) for name, number in re.findall(r"(EXIT_[A-Z]+) = (\d+)", header)}
    beside = collections.defaultdict(set)
    for text in SOURCES.values():
        for exits, constant in re.findall(r"(EXIT_[A-Z]+(?: : EXIT_[A-Z]+)?),\s*(E_[A-Z0-9_]+)", text):
            beside[constant] |= {numbers[name] for name in exits.split(" : ")} - {0}
    return beside


def test_each_code_is_there_once_under_its_own_name_and_with_one_meaning():
    rows = list(read_table())
    assert len(rows) > 90
    for field in "constant", "code", "meaning":
        counts = collections.Counter(getattr(row, field) for row in rows)
        assert [value for value, count in counts.items() if count > 1] == [], field
    assert [row for row in rows if row.constant != row.code.rstrip("-").replace("-", "_")] == []


def test_each_code_is_used_and_none_is_written_past_the_table():
    words = set(re.findall(r"\bE_[A-Z0-9_]+", "\n".join(SOURCES.values())))
    assert [code for code, row in TABLE.items() if row.constant not in words] == []
    literals = {str(path.relative_to(REPO)): re.findall(r'"[^"\n]*\bE-[A-Z]{2,}[^"\n]*"', text) for path, text in SOURCES.items()}
    assert {path: found for path, found in literals.items() if found} == {}


def test_each_code_ends_the_process_as_the_table_says():
    for constant, exits in exits_in_sources().items():
        (row,) = [row for row in TABLE.values() if row.constant == constant]
        assert not exits or exits == exits_of(row), f"{row.code}: the sources have {exits}"
    for row in ROWS.values():
        assert row.status in exits_of(row_of(row.code)) | {0}, row


def test_what_a_person_has_to_act_on_has_a_row_in_the_readme_and_nothing_else_has():
    assert {row_of(row.code).code for row in ROWS.values()} == {row.code for row in TABLE.values() if row.row == "ROW"}


def test_each_code_that_a_page_names_exists():
    for page in PAGES:
        named = set(MENTION.findall((REPO / page).read_text()))
        assert {code for code in named if row_of(code) is None} == set(), page
