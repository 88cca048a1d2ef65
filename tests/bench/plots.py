#!/usr/bin/env python3
"""Draws what `make bench` has measured: plots.py FOLDER < FILE.json writes rate.svg and latency.svg."""
import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "sessiond", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10, "axes.grid": True,
    "grid.alpha": 0.3, "axes.spines.top": False, "axes.spines.right": False, "figure.figsize": (8, 4)})

from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter  # noqa: E402

WINDOW_S = 0.5
COLOURS = {"per-row": "#2a6fbb", "per-batch": "#d1622b", "exactly-once": "#2a6fbb", "at-least-once": "#d1622b"}


def rates(samples):
    """Commands a second in each window, and the middles of the windows."""
    middles, found = [], []
    begin_at, begin_done = samples[0]
    for at, done in samples:
        if at - begin_at >= WINDOW_S:
            middles.append((at + begin_at) / 2)
            found.append((done - begin_done) / (at - begin_at))
            begin_at, begin_done = at, done
    return middles, found


def draw_rates(axes, result):
    for checks in ("per-row", "per-batch"):
        for what, style in (("drain", "-"), ("replay", ":")):
            for number, cells in enumerate(result["rounds"]):
                label = f"{checks}, {what}" if number == 0 else None
                axes.plot(*rates(cells[checks][what]["samples"]), style, color=COLOURS[checks], linewidth=1.2, alpha=0.8, label=label)
    axes.set(xlabel="seconds since the first committed outcome", ylabel="commands/s", xlim=(0, None), ylim=(0, None))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.legend(frameon=False)


def draw_latencies(axes, result):
    """The share of commands that took longer, so that the slowest can be seen."""
    for delivery in ("exactly-once", "at-least-once"):
        for number, cells in enumerate(result["rounds"]):
            values = cells["latency"][delivery]["distribution"]
            longer = [1 - (index + 0.5) / len(values) for index in range(len(values))]
            axes.plot(values, longer, color=COLOURS[delivery], linewidth=1.2, alpha=0.8, label=delivery if number == 0 else None)
    axes.set(xscale="log", yscale="log", xlabel="ms from due to seen", ylabel="share that takes longer", ylim=(0.0005, 1))
    axes.xaxis.set_major_locator(FixedLocator([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(FixedLocator([1, 0.5, 0.1, 0.01, 0.001]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:g} %"))
    axes.minorticks_off()
    axes.legend(frameon=False, loc="lower left")


def main():
    (folder,) = sys.argv[1:]
    result = json.load(sys.stdin)
    options = result["options"]
    for name, draw, title in (
        ("rate", draw_rates, f"Drain and replay of {options['commands']:,} commands, rounds: {options['rounds']}"),
        ("latency", draw_latencies, f"Latency at {options['rate']:,} commands/s, rounds: {options['rounds']}"),
    ):
        figure, axes = pyplot.subplots(layout="constrained")
        draw(axes, result)
        axes.set_title(title)
        figure.savefig(Path(folder) / f"{name}.svg", metadata={"Date": None})


main()
