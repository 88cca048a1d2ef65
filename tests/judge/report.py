"""The verdict, guarantee by guarantee."""

from __future__ import annotations

from dataclasses import dataclass, field

FORM = "form"
TITLES = {
    1: "no command is lost",
    2: "one decision per command id",
    3: "exactly one event per processing",
    4: "created event <=> session row",
    5: "order",
    6: "one process per identity",
    FORM: "ids, headers, dead letters",
}
NOT_JUDGED = {6: "not judged: records do not say which process wrote them; what two could double is judged under 2 and 3"}
KEPT = 100  # findings of one guarantee; the rest is counted


@dataclass
class Finding:
    guarantee: int | str
    text: str
    records: tuple = ()  # what shows it

    def lines(self):
        yield self.text
        for record in self.records:
            yield f"  {record}: key {_short(record.key)}, value {_short(record.value)}"


def _short(data, limit=600):
    return repr(data if data is None or len(data) <= limit else data[:limit] + b"...")


@dataclass
class Report:
    counts: dict = field(default_factory=dict)  # what was read
    findings: list = field(default_factory=list)
    totals: dict = field(default_factory=lambda: dict.fromkeys(TITLES, 0))  # findings of each guarantee, kept or not

    def add(self, finding):
        self.totals[finding.guarantee] += 1
        if self.totals[finding.guarantee] <= KEPT:
            self.findings.append(finding)

    def broken(self):
        return [guarantee for guarantee, total in self.totals.items() if total]

    def must_hold(self):
        """For tests."""
        if self.broken():
            raise AssertionError(f"the judge:\n{self}")

    def of(self, guarantee):
        return [finding for finding in self.findings if finding.guarantee == guarantee]

    def __str__(self):
        lines = ["   ".join(f"{name} {count:,}" for name, count in self.counts.items()), ""]
        for guarantee, title in TITLES.items():
            total = self.totals[guarantee]
            verdict = f"BROKEN, {total:,} times" if total else NOT_JUDGED.get(guarantee, "holds")
            lines.append(f"{guarantee!s:4}  {title:34} {verdict}")
            for finding in self.of(guarantee)[:1]:
                lines += [f"        {line}" for line in finding.lines()]
                lines += [f"        and {total - 1:,} more"] if total > 1 else []
        return "\n".join(lines)
