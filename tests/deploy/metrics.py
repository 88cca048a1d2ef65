"""The metrics of the program, and what a query asks for."""
import re

from paths import REPO

# Each with its own labels, from the document that a Check program compares with the program. A histogram has _bucket, _sum and _count.
_ROWS = re.findall(r"(?m)^\| `(\w+)` \| (\w+) \| ([\w,]*) *\|", (REPO / "deploy/metrics.md").read_text())
PROMISED = {name: set(labels.split(",")) - {""} | ({"le"} if kind == "histogram" else set()) for name, kind, labels in _ROWS}
HISTOGRAMS = {name for name, labels in PROMISED.items() if "le" in labels}
METRICS = ["up"]
for _name in PROMISED:
    METRICS += [f"{_name}{part}" for part in ("_bucket", "_sum", "_count")] if _name in HISTOGRAMS else [_name]

# What a scraper adds.
LABELS = set().union(*PROMISED.values(), {"job", "instance"})

WORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "offset", "bool"}


def bare(query):
    """Without strings, ranges and what stands in braces."""
    query = re.sub(r'"[^"]*"', '""', query)
    return re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", query)


def names_in(query):
    """The metrics and recorded rules of a query."""
    text = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare(query))
    names = set(re.findall(r"(?<![\w.$:])([a-z_][a-z_0-9:]*)\b(?!\s*\()", text))
    return {name for name in names if name not in WORDS and not re.fullmatch(r"\d+[smhdwy]", name)}


def labels_in(query):
    """The labels that a query selects or groups by."""
    query = re.sub(r'"[^"]*"', '""', query)
    lists = re.findall(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", query)
    selected = re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", " ".join(re.findall(r"\{([^}]*)\}", query)))
    return {label.strip() for each in lists for label in each.split(",") if label.strip()} | set(selected)
