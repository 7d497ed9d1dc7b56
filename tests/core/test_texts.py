"""Texts are filled once: what a customer writes is text, and never a variable."""

import pytest
from building import CATALOG, case_event, comment, linked, parsed, rule, text
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casewright.actions import AddComment, SendEmail, UpdateCase
from casewright.bundle import Bundle, link
from casewright.cases.catalog import FieldEntry
from casewright.cases.state import Case, apply
from casewright.conditions.subjects import Fact, Facts, Field
from casewright.conditions.texts import fill
from casewright.decide import blank, decide
from casewright.rules import instructions as do


def filled(body: do.AddComment, event: str) -> str:
    decided = decide(blank("c1"), parsed(event), linked(rule("r", "case_created", "related_item_added", then=(body,))))
    [effect] = decided.decision.effects
    assert isinstance(effect.action, AddComment)
    return effect.action.body


def test_a_variable_that_a_customer_writes_stays_text() -> None:
    wrote = "{{ case.email }} {{now}} {% raw %} ${x} %s {0}"
    said = filled(do.AddComment(text("Title: ", Field("title"))), case_event("e", 0, "CREATED", title=wrote, email="secret@example.com"))
    assert said == f"Title: {wrote}"


def test_a_comment_of_a_customer_fills_nothing_either() -> None:
    said = filled(do.AddComment(text(Fact("comment.body"), "!")), comment("e", 0, "{{ case.id }}"))
    assert said == "{{ case.id }}!"


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40))
def test_whatever_a_field_holds_comes_out_as_it_is(value: str) -> None:
    event = parsed(case_event("e", 0, "CREATED", title=value))
    case = apply(Case("c1"), event)
    title = Field("title", CATALOG.fields["title"].id)
    assert fill(text("<", title, "|", title, ">"), Facts(event, case, case, CATALOG.included_field_ids)) == f"<{value}|{value}>"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (204817.0, "204817"),
        (1234567890123456.0, "1234567890123456"),
        (1e15, "1000000000000000"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (499.99, "499.99"),
        (1e300, "1e+300"),
    ],
)
def test_numbers_are_shown_as_people_write_them(number: float, shown: str) -> None:
    said = filled(do.AddComment(text("Amount ", Field("amount"))), case_event("e", 0, "CREATED", amount=number))
    assert said == f"Amount {shown}"


@pytest.mark.parametrize(
    ("wrote", "to"),
    [
        ("june@example.com", ("june@example.com",)),
        (" june@example.com\n", ("june@example.com",)),
        ("", ()),
        ("june", ()),
        ("june@example.com, other@example.com", ()),
        ("june@example.com;other@example.com", ()),
        ("june@example.com\nBcc: other@example.com", ()),
        ("June <june@example.com>", ()),
        ("@", ()),
    ],
)
def test_a_field_gives_one_address_or_none(wrote: str, to: tuple[str, ...]) -> None:
    mail = do.SendEmail((text(Field("email")), "fixed@example.com"), "hello")
    bundle = linked(rule("r", "case_created", then=(mail,)), emails={"hello": do.Email(text("Hi"), text("Hello"))})
    [effect] = decide(blank("c1"), parsed(case_event("e", 0, "CREATED", email=wrote)), bundle).decision.effects
    assert isinstance(effect.action, SendEmail)
    assert effect.action.to == (*to, "fixed@example.com")


@pytest.mark.parametrize(("field", "taken"), [("summary", 500), ("title", 500), ("amount_in_words", 4100)])
def test_a_text_is_cut_at_what_its_field_takes(field: str, taken: int) -> None:
    entries = {"summary": FieldEntry("f-1", "Text", single_line=True), "amount_in_words": FieldEntry("f-2", "Text")}
    catalog = replace(CATALOG, fields={**CATALOG.fields, **entries})
    asked = rule("r", "case_created", then=(do.UpdateCase((do.Assignment(Field(field), text(Field("email"))),)),))
    bundle = link(Bundle(rules=(asked,)), catalog, bundle_hash="h")
    [effect] = decide(blank("c1"), parsed(case_event("e", 0, "CREATED", email="x" * 4500)), bundle).decision.effects
    assert isinstance(effect.action, UpdateCase)
    assert [len(str(value)) for value in effect.action.fields.values()] == [taken]
