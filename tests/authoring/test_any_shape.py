# the words of a generator on one line
"""Whatever shape a file has, it compiles or is told with findings: no other error ever comes out."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_directory import SMALL

from casewright_authoring import findings

KEYS = {
    "rules/a.yaml": "rule when if then order stop reacts_to mode budget expires_after effects per schedule cron rate time_zone runs_on "
    "all any not priority amount due summary changed in from to contains "
    "empty absent matches between older_than newer_than for calendar within_hours "
    "send_email template create_task flow name update_case set assign_sla add_comment put_event detail detail_type end_tasks",
    "slas.yaml": "sla if start becomes met_when pause_while reset cancel target within milestones at before after name native status "
    "calendar vip",
    "fields.yaml": "title status a type system_id options multiline description value active in_events",
    "templates.yaml": "Billing required top_panel more_info conditions description",
    "conditions.yaml": "condition field required_when hidden_when priority vip amount",
    "catalog.yaml": "queues users flows mailboxes importers domain_id fields templates id type options in_events a",
    "emails/hello.yaml": "email subject text",
}
WORDS = [
    "",
    "a",
    "high",
    "closed",
    "case_created",
    "sla_met",
    "SingleSelect",
    "Text",
    "title",
    "1h",
    "50%",
    "schedule",
    "shadow",
    "canary 5%",
    "0 9 * * *",
    "(a",
    "{{ now }}",
    "{{ x",
    "hello",
    "amount",
]

scalars = st.one_of(st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(WORDS))


def shapes(keys: str) -> st.SearchStrategy[object]:
    names = st.sampled_from(keys.split())
    return st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=5), max_leaves=25)


@pytest.mark.parametrize("file", KEYS)
@given(data=st.data())
@settings(max_examples=25)
def test_any_shape_of_a_file_gives_findings_or_compiles(file: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        for path, text in (SMALL | {file: json.dumps(data.draw(shapes(KEYS[file])))}).items():
            (Path(name) / path).parent.mkdir(exist_ok=True)
            (Path(name) / path).write_text(dedent(text), encoding="utf-8")
        for finding in findings(Path(name)):
            assert finding.path.startswith(name)
            assert finding.line >= 1
