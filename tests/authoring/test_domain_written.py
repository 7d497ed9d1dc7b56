# ruff: noqa: E501  # tables of what is refused, one row a line
"""The domain as operators write it: fields, options, templates, field conditions, and the catalog."""

import json
from pathlib import Path
from textwrap import dedent

import pytest
from small_directory import FLOW, QUEUE, QUICK_CONNECT, SMALL, TASK_TEMPLATE, USER, Compile, Complain

from casewright import bundle
from casewright.cases.catalog import Catalog, FieldEntry
from casewright.cases.definition import (
    ConditionDefinition,
    Directory,
    DomainDefinition,
    FieldDefinition,
    OptionDefinition,
    TemplateDefinition,
)
from casewright_authoring import compile_directory, findings


def test_fields_compile_to_the_definition(compiled: Compile) -> None:
    fields = """\
        title: {system_id: title}
        status: {system_id: status, options: {Waiting: waiting-on-customer}}
        colour: {type: SingleSelect, options: [red, blue], description: Of the tent}
        size: {type: SingleSelect, options: {Small: s, Huge: {value: xxl, active: false}}}
        notes: {type: Text, multiline: true}
        """
    made = compiled({"fields.yaml": fields, "templates.yaml": "{}"})
    assert made.definition.fields == (
        FieldDefinition(name="title", type="Text", system_id="title"),
        FieldDefinition(
            name="status",
            type="SingleSelect",
            system_id="status",
            options=(
                OptionDefinition("Open", "open"),
                OptionDefinition("Closed", "closed"),
                OptionDefinition("Waiting", "waiting-on-customer"),
            ),
        ),
        FieldDefinition(
            name="colour",
            type="SingleSelect",
            description="Of the tent",
            options=(OptionDefinition("red", "red"), OptionDefinition("blue", "blue")),
        ),
        FieldDefinition(
            name="size", type="SingleSelect", options=(OptionDefinition("Small", "s"), OptionDefinition("Huge", "xxl", active=False))
        ),
        FieldDefinition(name="notes", type="Text", multiline=True),
    )
    assert made.catalog is None


def test_templates_and_conditions_compile_to_the_definition(compiled: Compile) -> None:
    made = compiled({
        "templates.yaml": "Billing: {description: Money, required: [amount], top_panel: [priority], more_info: [vip], conditions: [A, B]}\nShipping: {}",
        "conditions.yaml": "- {condition: A, field: amount, required_when: {priority: High}}\n- {condition: B, field: vip, hidden_when: {amount: 3}}",
    })  # fmt: skip
    assert made.definition.templates == (
        TemplateDefinition(
            name="Billing",
            description="Money",
            required=("amount",),
            top_panel=("priority",),
            more_info=("vip",),
            conditions=("A", "B"),
        ),
        TemplateDefinition(name="Shipping"),
    )
    assert made.definition.conditions == (
        ConditionDefinition(name="A", field="amount", effect="required", when_field="priority", equals="high"),
        ConditionDefinition(name="B", field="vip", effect="hidden", when_field="amount", equals=3.0),
    )


def test_the_names_of_the_instance_compile_to_the_directory(compiled: Compile) -> None:
    assert compiled({}).directory == Directory(
        queues={"Escalations": QUEUE},
        users={"maya": USER},
        flows={"Escalations": FLOW},
        quick_connects={"Leads": QUICK_CONNECT},
        task_templates={"Refund": TASK_TEMPLATE},
        mailboxes={"team-leads": ("leads@example.com",)},
    )


def test_a_domain_that_exists_needs_only_its_catalog_and_rules(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "catalog.yaml").write_text(f"""\
domain_id: d-1
fields:
  status: {{id: status, type: SingleSelect, options: [open, closed]}}
  amount: {{id: 91ac, type: Number}}
templates: {{Billing: 7d1e}}
queues: {{Escalations: "{QUEUE}"}}
""")
    (tmp_path / "rules" / "a.yaml").write_text(
        "- {rule: a, when: case_updated, if: {template: Billing, amount: {greater_than: 5}, status: open}, then: [{end_tasks: true}]}"
    )
    made = compile_directory(tmp_path)
    assert made.definition == DomainDefinition()
    assert made.catalog == Catalog(
        domain_id="d-1",
        fields={
            "status": FieldEntry("status", "SingleSelect", {"open": "open", "closed": "closed"}),
            "amount": FieldEntry("91ac", "Number"),
        },
        templates={"Billing": "7d1e"},
        queues={"Escalations": QUEUE},
    )
    assert bundle.link(made.bundle, made.catalog, bundle_hash=made.hash).rules[0].name == "a"


def test_importers_stand_in_the_bundle_as_given(compiled: Compile) -> None:
    given = ["crm-loader", USER, "migration/2026 spring"]
    assert compiled({"catalog.yaml": f"{SMALL['catalog.yaml']}importers: {json.dumps(given)}"}).bundle.importers == tuple(given)


LEFT_OUT = "fields.yaml", f"{dedent(SMALL['fields.yaml'])}notes: {{type: Text, in_events: false}}\n"


def test_a_field_may_be_left_out_of_events_and_set_all_the_same(compiled: Compile) -> None:
    rule = "- {rule: a, when: case_created, then: [{update_case: {set: {notes: x}}}]}"
    made = compiled({LEFT_OUT[0]: LEFT_OUT[1], "rules/a.yaml": rule})
    assert {field.name for field in made.definition.fields if not field.in_events} == {"notes"}


@pytest.mark.parametrize(
    ("file", "text", "place"),
    [
        ("rules/a.yaml", "- {rule: a, when: case_created, if: {notes: x}, then: [{end_tasks: true}]}", "1:38"),
        ("rules/a.yaml", '- {rule: a, when: case_created, then: [{add_comment: "See {{ case.notes }}"}]}', "1:59"),
        ("emails/other.yaml", 'email: other\nsubject: "{{ case.notes }}"\ntext: x\n', "2:11"),
        ("slas.yaml", "- {sla: a, start: case_created, met_when: {notes: done}, target: [{within: 1h}]}", "1:44"),
    ],
)
def test_a_field_that_events_leave_out_cannot_be_read(complaints: Complain, file: str, text: str, place: str) -> None:
    message = "'notes' can be set and not read: the event configuration leaves it out; say in_events: true where it is defined"
    assert complaints({LEFT_OUT[0]: LEFT_OUT[1], file: text}) == [f"{file}:{place}: {message}"]


def test_the_catalog_of_a_domain_that_exists_may_leave_a_field_out_too(tmp_path: Path) -> None:
    fields = "{status: {id: status, type: SingleSelect}, notes: {id: n-1, type: Text, in_events: false}}"
    (tmp_path / "catalog.yaml").write_text(f"domain_id: d-1\nfields: {fields}\n")
    catalog = compile_directory(tmp_path).catalog
    assert catalog is not None
    assert catalog.included_field_ids == {"status"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("id: {type: Text}", ["1:1: no field can be called 'id': conditions and texts mean something else by it"]),
        ("template: {type: Text}", ["1:1: no field can be called 'template': conditions and texts mean something else by it"]),
        ("any: {type: Text}", ["1:1: no field can be called 'any': conditions and texts mean something else by it"]),
        ("Order number: {type: Text}", ["1:1: 'Order number' is given as the name of a field; accepted are a letter and up to 99 letters, digits, _ and -"]),
        ("summary: {type: Text}", ["1:1: 'summary' is a field every domain has; write summary: {system_id: summary}"]),
        ("a: {}", ["1:4: the field 'a' needs the key 'type', or 'system_id' for a system field"]),
        ("a: {type: text}", ["1:11: unknown field type 'text' (did you mean 'Text'?); accepted are Text, Number, Boolean, DateTime, SingleSelect, Url, User"]),
        ("a: {system_id: titel}", ["1:16: unknown system field 'titel' (did you mean 'title'?); accepted are assigned_queue, assigned_user, case_id, case_reason, created_by, created_datetime, customer_id, last_closed_datetime, last_reopened_datetime, last_updated_datetime, last_updated_user, next_sla_breach_datetime, reference_id, reference_number, status, summary, title"]),
        ("a: {system_id: title, type: Number}", ["1:29: the system field 'title' is of type Text; Number was given"]),
        ("a: {system_id: title}\nb: {system_id: title}", ["2:1: the system field 'title' is called 'a' already"]),
        ("a: {type: Number, multiline: true}", ["1:30: only a custom Text field can have several lines"]),
        ("a: {type: Number, options: [x]}", ["1:28: only a SingleSelect field has options; this one is of type Number"]),
        ("a: {type: SingleSelect}", ["1:4: a custom SingleSelect field needs the key 'options'"]),
        ("a: {type: SingleSelect, options: []}", ["1:34: an empty list is given for options; at least one is needed"]),
        ("a: {type: SingleSelect, options: [x, x]}", ["1:38: 'x' already names the option 'x' (value 'x')"]),
        ("a: {type: SingleSelect, options: {Low: high, high: low}}", ["1:52: 'high' already names the option 'Low' (value 'high')"]),
        ("a: {type: SingleSelect, options: [1, true]}", ["1:35: the number 1 is given for the label of an option; accepted is a text; quote it if the text itself is meant", "1:38: true is given for the label of an option; accepted is a text; quote it if the text itself is meant"]),
        ("status: {system_id: status, options: {Done: closed}}", ["1:38: the status field comes with Open (open) and Closed (closed), which cannot be changed; 'Done' was given"]),
    ],
)  # fmt: skip
def test_a_field_is_refused_at_its_place(complaints: Complain, fields: str, expected: list[str]) -> None:
    rest = {"templates.yaml": "", "slas.yaml": "", "emails/hello.yaml": ""}
    assert complaints({"fields.yaml": fields, **rest}) == [f"fields.yaml:{each}" for each in expected]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("templates.yaml", "A: {required: [amuont]}", "1:16: unknown field 'amuont' (did you mean 'amount'?); accepted are title, summary, status, assigned_queue, assigned_user, opened, opened_by, priority, amount, vip, due, page, reviewer, customer_email"),
        ("templates.yaml", "A: {top_panel: [title]}", "1:17: 'title' stands in the head of every case and cannot be part of a panel"),
        ("templates.yaml", "A: {required: [opened]}", "1:16: 'opened' is kept by Cases itself and cannot be required"),
        ("templates.yaml", "A: {top_panel: vip}", "1:16: the text 'vip' is given; accepted is a list of names"),
        ("templates.yaml", "A: {conditions: [x]}", "1:18: unknown field condition 'x'; none is defined"),
        ("templates.yaml", "A: {panel: [vip]}", "1:5: unknown key of the template 'A' 'panel'; accepted are description, required, top_panel, more_info, conditions"),
        ("conditions.yaml", "- {condition: a, field: vip}", "1:3: a field condition needs exactly one of required_when and hidden_when; it has 0"),
        ("conditions.yaml", "- {condition: a, field: vip, required_when: {vip: true}}", "1:46: a field condition of 'vip' cannot wait for 'vip' itself"),
        ("conditions.yaml", "- {condition: a, field: vip, required_when: {amount: x}}", "1:54: the text 'x' is given for 'amount', of type Number; field conditions compare a text, a number, true or false, or an option"),
        ("conditions.yaml", "- {condition: a, field: vip, required_when: {priority: x}}", "1:56: unknown option of priority 'x'; accepted are Low, low, High, high"),
        ("catalog.yaml", "queue: {}", "1:1: unknown key of the catalog 'queue' (did you mean 'queues'?); accepted are domain_id, fields, templates, queues, users, flows, quick_connects, task_templates, mailboxes, importers, buses"),
        ("catalog.yaml", "queues: {A: q-1}", "1:13: 'q-1' is given for 'A' of queues; accepted is arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE/queue/ID"),
        ("catalog.yaml", f'flows: {{A: "{QUEUE}"}}', f"1:12: '{QUEUE}' is given for 'A' of flows; accepted is arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE/contact-flow/ID"),
        ("catalog.yaml", "mailboxes: {a: [b]}", "1:17: 'b' is no mail address; accepted is one such as leads@example.com"),
        ("catalog.yaml", "mailboxes: {a: [a@straße.example]}", "1:17: SES does not take 'a@straße.example': accepted is ASCII before the @, and a domain that Punycode can write (xn--...)"),
        ("catalog.yaml", "mailboxes: {a@b.c: [a@b.example]}", "1:13: 'a@b.c' cannot name a mailbox: with an @ it would be read as an address"),
        ("catalog.yaml", "importers: loader", "1:12: the text 'loader' is given for 'importers'; accepted is a list"),
        ("catalog.yaml", "importers: [loader, loader]", "1:21: the importer 'loader' is given twice; it stands at DIR/catalog.yaml:1:13 already"),
        ("catalog.yaml", 'importers: ["arn:aws:iam::111122223333:role/loader"]', "1:13: 'arn:aws:iam::111122223333:role/loader' is given for an importer; accepted are the name of an IAM role, the ARN of a Connect user and a custom entity"),
        ("catalog.yaml", 'importers: ["crm#7"]', "1:13: 'crm#7' is given for an importer; accepted are the name of an IAM role, the ARN of a Connect user and a custom entity"),
        ("fields.yaml", "a: {type: Text, in_events: no}", "1:28: the text 'no' is given for in_events; accepted are true and false"),
        ("catalog.yaml", "templates: {A: x}", "1:1: templates with ids belong to a domain that exists: the key 'domain_id' is needed"),
        ("slas.yml", "", "1:1: the name of a file ends in .yaml here; .yml is not read"),
        ("sla.yaml", "", "1:1: unknown file 'sla.yaml' (did you mean 'slas.yaml'?); accepted are catalog.yaml, fields.yaml, templates.yaml, conditions.yaml, calendars.yaml, slas.yaml, webhooks.yaml"),
        ("rule/a.yaml", "", "1:1: unknown folder 'rule' (did you mean 'rules'?); accepted are rules, emails, tests"),
        ("emails/hello2.yaml", "{email: hello, subject: x, text: y}", "1:9: the email 'hello' is given twice; it stands at DIR/emails/hello.yaml:1:8 already"),
    ],
)  # fmt: skip
def test_a_file_is_refused_at_its_place(complaints: Complain, tmp_path: Path, file: str, text: str, expected: str) -> None:
    told = [each.replace(str(tmp_path), "DIR") for each in complaints({file: text})]
    assert f"{file}:{expected}" in told


def test_a_directory_that_is_not_there_is_a_finding(tmp_path: Path) -> None:
    [told] = findings(tmp_path / "gone")
    assert told.message == "there is no such directory; accepted is one like contact_center/"


def test_a_file_that_is_not_utf_8_is_a_finding_at_the_byte(tmp_path: Path) -> None:
    (tmp_path / "fields.yaml").write_bytes(b"a: {type: Text}\nb: \xff\n")
    assert [str(each) for each in findings(tmp_path)] == [f"{tmp_path.as_posix()}/fields.yaml:2:4: the byte 0xff is not UTF-8"]


def test_fields_are_defined_in_one_place_only(complaints: Complain) -> None:
    catalog = "domain_id: d\nfields: {title: {id: title, type: Text}}\ntemplates: {}\n"
    told = complaints({"catalog.yaml": catalog, "slas.yaml": ""})
    assert [each.split(": ")[0] for each in told] == ["fields.yaml:1:1", "templates.yaml:1:1"]
    assert "catalog.yaml describes a domain that exists" in told[0]
