"""Runs meterwatch and its peers in turn and prints times, ratios and peaks of memory; see `ingest` beside this file."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg

# The peers convert GJ by 277.778 kWh, meterwatch by 1/3.6 MWh: on the sums that makes up to 8 parts in ten million.
TOLERANCE = 1e-6

parser = argparse.ArgumentParser()
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--work", type=Path, required=True)
parser.add_argument("--bench", type=Path, required=True)
parser.add_argument("--server", required=True)
parser.add_argument("--imap", default="")
options = parser.parse_args()

meterwatch = os.environ["METERWATCH"]
data = options.work / "w1"
manifest = json.loads((data / "manifest.json").read_text())
peers = [sys.executable, str(options.bench / "w1/ingest.py")]
folder = Path(tempfile.mkdtemp(prefix="meterwatch-bench."))


def configuration(name, source):
    path = folder / f"{name}.toml"
    # A machine that is busy with other things must not make a large file time out.
    path.write_text(f"{source}\n[reader]\nseconds_per_file = 300\n")
    return str(path)


def database(name):
    with psycopg.connect(options.server + "/postgres", autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute(f"create database {name} template prepared")
    return f"{options.server}/{name}"


def prepare():
    with psycopg.connect(options.server + "/postgres", autocommit=True) as connection:
        connection.execute("create database prepared")
    run([meterwatch, "migrate"], f"{options.server}/prepared", (0,))
    with psycopg.connect(options.server + "/bench", autocommit=True) as connection:
        connection.execute((options.bench / "w1/schema.sql").read_text())


class Memory(threading.Thread):
    """Peaks of resident memory in MiB: of the process, and of all processes below it together with it."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.own, self.below, self.ended = pid, 0, {}, False

    def run(self):
        while not self.ended:
            self.own = max(self.own, peak(self.pid))
            for child in children(self.pid):
                self.below[child] = max(self.below.get(child, 0), peak(child))
            time.sleep(0.01)

    def all(self):
        return self.own + sum(self.below.values())


def peak(pid):
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
    return int(line.split()[1]) / 1024


def children(pid):
    try:
        return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
            int(child)
            for task in os.listdir(f"/proc/{pid}/task")
            if task != str(pid)
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split()
        ]
    except OSError:
        return []


def run(command, url, codes=(0,), out=subprocess.DEVNULL):
    environment = {**os.environ, "DATABASE_URL": url, "NO_COLOR": "1"}
    if not url:
        del environment["DATABASE_URL"]
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    memory = Memory(process.pid)
    memory.start()
    said = process.stderr.read()
    process.wait()
    took = time.perf_counter() - began
    memory.ended = True
    memory.join()
    if process.returncode not in codes:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {said.decode(errors='replace')[-2000:]}")
    return took, memory


def check(url, rows, total):
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select count(*), sum(canonical_quantity)::float8 from reading where superseded_at is null"
        ).fetchone()
    if found[0] != rows or abs(found[1] - total) > TOLERANCE * total:
        sys.exit(f"{found} are stored, ({rows}, {total}) are right")


def ours(arguments, rows, total):
    def once():
        url = database("ours")
        figures = run([meterwatch, *arguments], url, (0, 4))
        check(url, rows, total)
        return figures

    return once


def theirs(engine, *arguments):
    checked = [] if "--no-db" in arguments else ["--check", str(data / "manifest.json")]
    command = [*peers, "--engine", engine, *arguments, *checked]
    return lambda: run(command, options.server + "/bench")


def extracted():
    with open(folder / "readings.csv", "wb") as out:
        figures = run([meterwatch, "extract", "--quiet", str(data / "mailbox")], "", (0, 4), out)
    with open(folder / "readings.csv", "rb") as printed:
        lines = sum(1 for _ in printed) - 1
    if lines != manifest["rows"]:
        sys.exit(f"{lines} readings are printed, {manifest['rows']} are right")
    return figures


def compare(title, mine, others, rounds):
    """Runs ours between the others, round by round; the goals stand behind the ratios."""
    times = {name: [] for name in ["meterwatch", *others]}
    own, together = 0, 0
    for number in range(rounds):
        for name, (other, _, most) in others.items():
            if number < most:
                times[name].append(other()[0])
            took, memory = mine()
            times["meterwatch"].append(took)
            own, together = max(own, memory.own), max(together, memory.all())
    median = {name: statistics.median(taken) for name, taken in times.items()}
    print(f"\n{title}")
    print(f"  meterwatch          {median['meterwatch']:7.2f} s   worker {own:.0f} MiB, with its readers {together:.0f} MiB")
    for name, (_, goal, _) in others.items():
        ratio = median[name] / median["meterwatch"]
        print(f"  {name:<18}  {median[name]:7.2f} s   {ratio:5.1f} times as long (goal {goal})")
    sys.stdout.flush()


def limits():
    program = options.work / "limits/release/limits"
    if not program.exists():
        return
    print("\nRaw limits")
    wanted = [("mails taken apart and parsed", ["mbox", str(data / "mailbox")]), ("cells of the large workbook", ["cells", str(data / "large.xlsx")])]
    if options.imap:
        wanted.append(("mails fetched by IMAP", ["imap", options.imap]))
    for name, arguments in wanted:
        print(f"  {name:<30} {run([str(program), *arguments], '')[0]:7.2f} s")
    sys.stdout.flush()


def main():
    prepare()
    many = options.rounds
    rows, total = manifest["rows"], manifest["sum_consumption"]
    mailbox = str(data / "mailbox")
    config = configuration("folder", f'[[source]]\nname = "bench"\nkind = "folder"\npath = "{mailbox}"\n')
    compare(
        "500 mails with 120,000 readings, from a folder",
        ours(["--config", config, "ingest", "--quiet"], rows, total),
        {"polars": (theirs("polars", "--dir", mailbox), 3, many), "pandas + openpyxl": (theirs("openpyxl", "--dir", mailbox), 7, 2)},
        many,
    )
    if options.imap:
        host, port = options.imap.split(":")
        (folder / "password").write_text("bench")
        os.chmod(folder / "password", 0o600)
        source = f'[[source]]\nname = "bench"\nkind = "imap"\nhost = "{host}"\nport = {port}\ntls = "none"\nuser = "bench"\npassword_file = "{folder}/password"\n'
        config = configuration("imap", source)
        compare(
            "the same by IMAP",
            ours(["--config", config, "ingest", "--quiet"], rows, total),
            {"polars": (theirs("polars", "--imap", options.imap), 3, many), "pandas + openpyxl": (theirs("openpyxl", "--imap", options.imap), 7, 2)},
            many,
        )
    compare(
        "taken apart and normalised only",
        extracted,
        {"polars": (theirs("polars", "--dir", mailbox, "--no-db"), 6, many)},
        many,
    )
    limits()
    config = configuration("large", "")
    large = str(data / "large.xlsx")
    compare(
        "one workbook of 1,000,000 rows",
        ours(["--config", config, "ingest", "--quiet", large], manifest["large_rows"], manifest["large_sum"]),
        {"polars": (theirs("polars", "--large", large), 2.1, 2), "pandas + openpyxl": (theirs("openpyxl", "--large", large), 12, 1)},
        2,
    )


main()
