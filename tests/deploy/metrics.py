"""The metrics that the program promises (README.md, "Metrics"), and what a query asks for."""
import re

# Each with its own labels. A histogram has _bucket, _sum and _count.
PROMISED = {
    "sessiond_commands_total": {"outcome"},
    "sessiond_rejected_total": {"code"},
    "sessiond_dlq_total": set(),
    "sessiond_dlq_brake_engaged": set(),
    "sessiond_transactions_total": {"result"},
    "sessiond_command_latency_seconds": {"le"},
    "sessiond_batch_messages": {"le"},
    "sessiond_phase_seconds": {"phase", "le"},
    "sessiond_consumer_lag": {"topic", "partition"},
    "sessiond_partition_end_offset": {"topic", "partition"},
    "sessiond_stable_offset_lag": {"topic", "partition"},
    "sessiond_oldest_waiting_seconds": set(),
    "sessiond_assigned_partitions": set(),
    "sessiond_last_commit_timestamp_seconds": set(),
    "sessiond_rebalances_total": set(),
    "sessiond_producer_recreations_total": set(),
    "sessiond_postgres_errors_total": {"class"},
    "sessiond_up": {"dependency"},
    "sessiond_state": {"state"},
    "sessiond_build_info": {"version"},
    "process_start_time_seconds": set(),
    "process_cpu_seconds_total": set(),
    "process_resident_memory_bytes": set(),
    "process_open_fds": set(),
}
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
