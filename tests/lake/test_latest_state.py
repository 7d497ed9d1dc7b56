"""The state of cases as the lake last knows it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from lake.logs import NOON, case_message, contact_message, lake

HOUR = timedelta(hours=1)


def states(path: Path, *messages: str) -> dict[str, dict[str, Any]]:
    found = lake(path, *messages).execute("SELECT * FROM latest_case_state")
    names = [each[0] for each in found.description or ()]
    return {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}


def update(event_id: str, hours: float, status: str, **more: Any) -> str:
    return case_message(event_id, NOON + hours * HOUR, "UPDATED", changed=["status"], fields={"status": status}, **more)


def test_the_last_event_by_time_then_by_id_tells_the_state(tmp_path: Path) -> None:
    log = [update("b", 2, "late"), update("c", 1, "early"), update("a", 2, "tie"), contact_message("k", NOON + 9 * HOUR)]
    assert states(tmp_path, *log)["c1"]["status"] == "late"


def test_a_deleted_case_keeps_its_last_state_and_says_so(tmp_path: Path) -> None:
    log = [update("a", 0, "open"), case_message("z", NOON + HOUR, "DELETED", created=None), update("x", 0, "open", case_id="c2")]
    found = states(tmp_path, *log)
    assert (found["c1"]["status"], found["c1"]["is_deleted"]) == ("open", True)
    assert (found["c2"]["status"], found["c2"]["is_deleted"]) == ("open", False)


def test_a_case_known_by_its_deletion_alone_is_there(tmp_path: Path) -> None:
    [state] = states(tmp_path, case_message("z", NOON, "DELETED", created=None)).values()
    assert (state["status"], state["is_deleted"], state["template_id"]) == (None, True, "t-billing")
