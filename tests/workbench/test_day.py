"""The day played by the real command, and every number it prints counted again from the Parquet files and the .eml files."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet as pq
import pytest

from casewright_authoring.compile import compile_directory
from casewright_workbench.cli.local_inbox import MAIL_FILE
from casewright_workbench.day.hours import CLOSES, OPENS
from casewright_workbench.day.script import script
from casewright_workbench.day.steps import Change, Open
from casewright_workbench.provisioning import LAKE

ROOT = Path(__file__).parents[2]
CASEWRIGHT = Path(sys.executable).parent / "casewright"

Table = dict[str, tuple[str, ...]]


class Running:
    """`casewright local` in a process of its own, after its summary."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        command = [CASEWRIGHT, "local", "--port", str(self.port), "--folder", folder]
        environment = {**os.environ, "COLUMNS": "60", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
        ours = signal.signal(signal.SIGINT, signal.default_int_handler)  # what starts in the background would leave Ctrl-C unheard
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        signal.signal(signal.SIGINT, ours)
        assert self.process.stdout is not None
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if "Ctrl-C" in line:
                return
        raise AssertionError("\n".join(self.lines[-30:]))

    def tables(self) -> dict[str, Table]:
        """The printed tables: title, then first column, then the other columns."""
        found: dict[str, Table] = {}
        title = ""
        for line in self.lines:
            if opened := re.match(r"╭─ (.+?) ─*╮", line):
                title = opened[1]
                found[title] = {}
            elif title and line.startswith("│"):
                first, *rest = re.split(r"\s{2,}", line.strip("│ "))
                found[title][first] = tuple(rest)
        return found

    def facts(self) -> list[dict[str, Any]]:
        """Every row of every Parquet file, fetched through the endpoint."""
        s3 = boto3.client("s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local")
        rows: list[dict[str, Any]] = []
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=LAKE, Prefix="facts/"):
            for entry in page["Contents"]:
                body = s3.get_object(Bucket=LAKE, Key=entry["Key"])["Body"].read()
                rows += pq.read_table(BytesIO(body)).to_pylist()
        return rows


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("casewright"))
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def counts(table: Table, column: int = 0) -> dict[str, int]:
    return {name: int(cells[column]) for name, cells in table.items() if cells[column].isdigit() and cells[column] != "0"}


def last_per(rows: list[dict[str, Any]], *names: str, by: str) -> list[dict[str, Any]]:
    """Of rows that are equal in these columns the last, for the lake may tell a row twice."""
    ordered = sorted(rows, key=lambda row: row[by])
    return list({tuple(row[name] for name in names): row for row in ordered}.values())


def in_hours(duration: timedelta) -> str:
    minutes = round(duration.total_seconds()) // 60
    return f"{minutes // 60}h {minutes % 60:02}m"


@pytest.mark.slow
def test_every_number_of_the_summary_is_found_in_the_lake_and_the_inbox(running: Running) -> None:
    tables, facts = running.tables(), running.facts()
    day = {name: int(cells[0]) for name, cells in tables["The day"].items()}
    events = last_per([row for row in facts if row["kind"] == "case_event"], "event_id", by="recorded_timestamp")
    created = {row["case_id"] for row in events if row["event_type"] == "CASE.CREATED"}
    deleted = {row["case_id"] for row in events if row["event_type"] == "CASE.DELETED"}
    assert (day["Cases created"], day["Cases deleted"]) == (len(created), len(deleted))
    assert len(created) >= 30

    decisions = last_per([row for row in facts if row["kind"] == "decision"], "event_id", by="recorded_timestamp")
    fired = Counter(rule for row in decisions for rule in row["decision_rules"])
    assert (day["Events decided"], day["Rules fired"]) == (len(decisions), fired.total())
    assert counts({name: cells for name, cells in tables["Rules fired"].items() if name != "rule"}) == fired
    rules = compile_directory(ROOT / "contact_center").bundle.rules
    shadows = {rule for row in decisions for rule in row["decision_shadow_rules"]}
    acting = {rule.name for rule in rules if rule.mode == "on" and rule.runs_on == "casewright"}
    assert set(fired) == acting, "the day shows every rule of the example at work"
    assert shadows == {rule.name for rule in rules if rule.mode == "shadow"}, "and what those that are only watched would have done"

    effects = last_per([row for row in facts if row["kind"] == "effect"], "effect_key", by="effect_ended_timestamp")
    ended = Counter((row["effect_action"], row["effect_status"]) for row in effects)
    statuses = tables["Effects"].pop("action")
    printed = {
        (action, status): int(cell)
        for action, cells in tables["Effects"].items()
        for status, cell in zip(statuses, cells, strict=True)
        if cell != "·"
    }
    assert printed == ended
    assert {"done", "superseded"} <= set(statuses)
    assert (day["Effects ended"], day["Tasks"]) == (len(effects), ended["create_task", "done"])

    files = list((running.folder / "inbox").glob("*.eml"))
    letters = [message_from_bytes(path.read_bytes(), policy=SMTP) for path in files]
    assert all(MAIL_FILE.fullmatch(path.name) for path in files), "the next run deletes them"
    assert day["Emails"] == len(letters) == ended["send_email", "done"]
    assert all(letter["To"] and letter["Subject"] and letter["Auto-Submitted"] == "auto-generated" for letter in letters)


@pytest.mark.slow
def test_promises_and_metrics_of_the_summary_are_found_in_the_lake(running: Running) -> None:
    tables, facts = running.tables(), running.facts()
    rows = [row for row in facts if row["kind"] == "clock"]
    cycle = ("case_id", "clock_policy", "clock_cycle")

    def policies(chosen: list[dict[str, Any]]) -> Counter[str]:
        return Counter(policy for _, policy, _ in {tuple(row[name] for name in cycle) for row in chosen})

    clocks = {name: cells for name, cells in tables["SLA clocks"].items() if name != "policy"}
    assert counts(clocks, 0) == policies([row for row in rows if row["clock_status"] == "Met"])
    assert counts(clocks, 1) == policies([row for row in rows if row["clock_status"] == "NotMet"])
    breached = policies([row for row in rows if row["clock_breached"]])
    assert counts(clocks, 2) == breached
    assert int(tables["The day"]["Breaches"][0]) == breached.total() > 0
    pauses = next(int(line.split()[0]) for line in running.lines if line.strip().endswith("pauses"))
    assert pauses == stops(rows, cycle) > 0

    metrics = {name: cells[0] for name, cells in tables["Metrics, from the lake"].items()}
    events = [row for row in facts if row["kind"] == "case_event"]
    opened: dict[str, datetime] = {row["case_id"]: row["created_timestamp"] for row in events if row["created_timestamp"]}
    closings = {(row["case_id"], row["last_closed_timestamp"]) for row in events if row["last_closed_timestamp"]}
    total = sum((closed - opened[case_id] for case_id, closed in closings), timedelta())
    assert (metrics["Cases created"], metrics["Cases resolved"]) == (str(len(opened)), str(len(closings)))
    assert metrics["Average resolution time"] == in_hours(total / len(closings))
    latest = last_per(rows, *cycle, by="clock_revision")
    for policy in clocks:
        verdicts = [verdict(row) for row in latest if row["clock_policy"] == policy]
        kept, judged = verdicts.count("kept"), len(verdicts) - verdicts.count("open")
        assert metrics[f"Kept: {policy}"] == f"{kept / judged:.1%} of {judged}"


def stops(rows: list[dict[str, Any]], cycle: tuple[str, ...]) -> int:
    """How often a clock went from running to paused."""
    stopped = 0
    status: dict[tuple[Any, ...], str] = {}
    for row in sorted(rows, key=lambda row: str(row["clock_revision"])):
        key = tuple(row[name] for name in cycle)
        stopped += row["clock_status"] == "Paused" != status.get(key)
        status[key] = row["clock_status"]
    return stopped


def verdict(row: dict[str, Any]) -> str:
    if row["clock_breached"] or row["clock_status"] in ("Overdue", "NotMet"):
        return "missed"
    return "kept" if row["clock_status"] == "Met" else "open"


@pytest.mark.slow
def test_it_serves_pages_while_it_runs_and_ends_with_ctrl_c(running: Running) -> None:
    for path, told in (("/", "Rules fired"), ("/inbox", "We have your message"), ("/cases", "Snow shoes stuck in Albany")):
        with urllib.request.urlopen(running.url + path, timeout=100) as answer:
            assert told in answer.read().decode()
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(100) == 0


def test_the_same_seed_draws_the_same_day_and_another_draws_another() -> None:
    assert script(seed=7) == script(seed=7)
    assert script(seed=7) != script(seed=8)


@pytest.mark.parametrize("seed", [1, 7, 99])
def test_a_script_names_only_what_the_contact_centre_has(seed: int) -> None:
    definition = compile_directory(ROOT / "contact_center").definition
    options = {field.name: {option.value for option in field.options} for field in definition.fields}
    selects = {field.name for field in definition.fields if field.type == "SingleSelect"}
    steps = script(seed=seed)
    assert all(OPENS <= step.at <= CLOSES for step in steps)
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    opened: set[str] = set()
    for step in steps:
        assert isinstance(step.deed, Open) == (step.case not in opened), step
        opened.add(step.case)
        if isinstance(step.deed, Open | Change):
            assert set(step.deed.fields) <= set(options), step
            assert all(value in options[name] for name, value in step.deed.fields.items() if name in selects), step
