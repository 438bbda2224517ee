"""Figures of Cambridge and Yale together by utility and by group of problems, as rows of markdown.

usage: groups.py DATA TOOLS OURS HELD_OUT: the folders of the development data, of the scorer, and of the judgements by
the shipped tables and by tables that were trained on other buildings.
"""

import csv
import gzip
import pathlib
import sys
from collections import defaultdict

data, tools, *judged = map(pathlib.Path, sys.argv[1:])
sys.path.insert(0, str(tools))
import score_backtest as scorer  # noqa: E402

SETS = ("cambridge", "yale")
UTILITIES = ("electricity", "gas", "district_heat", "district_cooling")
GROSS = {"stuck_zero", "sign_flip", "stuck_repeat", "catchup", "decimal"}

stated, utility = {}, {}
for name in SETS:
    with gzip.open(data / "readings" / f"{name}.csv.gz", "rt", newline="") as lines:
        for line in csv.DictReader(lines):
            stated[name, line["meter"], line["period_start"]] = scorer.num(line["quantity"])
            utility[name, line["meter"]] = line["commodity"]


def joined(folder):
    rows = []
    for name in SETS:
        found, _ = scorer.join(str(data / "labels" / f"{name}.csv.gz"), str(folder / f"{name}.csv"))
        for row in found:
            row["set"], row["event"] = name, (name, row["event"])
            row["utility"] = utility.get((name, row["meter"]))
        rows += found
    return rows


def factor(row):
    came, clean = stated.get((row["set"], row["meter"], row["start"])), row["clean"]
    if not came or not clean or came * clean <= 0:
        return 1.0
    return max(came / clean, clean / came)


def group(rows):
    kind = rows[0]["kind"]
    if kind == "unit_error":
        return "gross" if factor(rows[0]) >= 10 else "units"
    return "gross" if kind in GROSS else kind


def found(rows, budget):
    """Of each group of problems how many there are, and how many are found at this number of false alarms."""
    scored = [row for row in rows if row["label"] >= 0]
    normal = sorted((row["score"] for row in scored if row["label"] == 0), reverse=True)
    threshold = normal[int(budget * len(normal) / 12)]
    events = defaultdict(list)
    for row in scored:
        if row["label"] == 1:
            events[row["event"]].append(row)
    groups = defaultdict(lambda: [0, 0])
    for event in events.values():
        of_group = groups[group(event)]
        of_group[0] += any(row["score"] > threshold for row in event)
        of_group[1] += 1
    return groups


both = [joined(folder) for folder in judged]
print("| Cambridge and Yale, months | shipped | other buildings |")
print("| --- | --- | --- |")
for name in UTILITIES:
    areas = []
    for rows in both:
        areas.append(scorer.score([row for row in rows if row["utility"] == name])["ap"])
    print(f"| {name.replace('_', ' ')}, area under precision and recall | " + " | ".join(f"{area:.3f}" for area in areas) + " |")
for key, budget, label in (
    ("gross", 0.25, "zero, sign, repeat, catch-up, decimal and factors of 10 and more, recall at 0.25"),
    ("units", 0.25, "other factors between units, recall at 0.25"),
    ("swapped", 0.25, "swapped, recall at 0.25"),
    ("leak_drift", 1, "leak, recall at 1"),
):
    cells = []
    for rows in both:
        hit, all_of_them = found(rows, budget)[key]
        cells.append(f"{hit / all_of_them:.2f} ({hit} of {all_of_them})")
    print(f"| {label} | " + " | ".join(cells) + " |")
