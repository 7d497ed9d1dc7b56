"""SearchCases of the local Cases: filters, terms, sorting, pages."""

from typing import Any

import pytest
from localcloud.cases_world import World, union_of

from casewright_workbench.localcloud.service import ServiceError


class Shop:
    """Four cases that differ in every way a filter may ask for."""

    def __init__(self) -> None:
        self.world = World()
        self.amount = self.world.field("Amount", "Number")
        self.due = self.world.field("Due", "DateTime")
        self.vip = self.world.field("VIP", "Boolean")
        rows = [
            ("Refund for shoes", {self.amount: 10, self.due: "2026-03-01T00:00:00Z", self.vip: True}),
            ("Refund for boots", {self.amount: 20, self.due: "2026-03-01T02:00:00+02:00"}),
            ("Late parcel", {self.amount: 30, "summary": "Shoes never came", "status": "closed"}),
            ("Question", {}),
        ]
        self.names: dict[str, str] = {}
        for title, values in rows:
            self.world.clock.sleep(60)
            self.names[self.world.create(title, **values)] = title.split()[-1]

    def find(self, **request: Any) -> list[str]:
        answer = self.world.cases.search_cases(domainId=self.world.domain, **request)
        assert answer["totalCount"] == len(answer["cases"])
        return [self.names[one["caseId"]] for one in answer["cases"]]

    def test(self, comparison: str, field: str, value: Any) -> dict[str, Any]:
        return {"field": {comparison: {"id": field, "value": union_of(value)}}}


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.mark.parametrize(
    ("comparison", "field", "value", "expected"),
    [
        ("equalTo", "amount", 20, {"boots"}),
        ("equalTo", "status", "closed", {"parcel"}),
        ("equalTo", "status", "CLOSED", set()),
        ("equalTo", "amount", None, {"Question"}),
        ("equalTo", "vip", True, {"shoes"}),
        ("equalTo", "vip", False, set()),
        ("equalTo", "due", "2026-03-01T01:00:00+01:00", {"shoes", "boots"}),
        ("contains", "title", "refund", {"shoes", "boots"}),
        ("greaterThan", "amount", 20, {"parcel"}),
        ("greaterThanOrEqualTo", "amount", 20, {"boots", "parcel"}),
        ("lessThan", "amount", 20, {"shoes"}),
        ("lessThanOrEqualTo", "amount", 20, {"shoes", "boots"}),
        ("lessThan", "due", "2026-03-01T00:00:00.001Z", {"shoes", "boots"}),
        ("greaterThan", "created_datetime", "2026-03-02T12:02:30Z", {"parcel", "Question"}),
    ],
)
def test_comparisons(shop: Shop, comparison: str, field: str, value: Any, expected: set[str]) -> None:
    one = shop.test(comparison, getattr(shop, field, field), value)
    assert set(shop.find(filter=one)) == expected
    assert set(shop.find(filter={"not": one})) == set(shop.names.values()) - expected


@pytest.mark.parametrize(
    ("comparison", "field", "value"),
    [
        ("equalTo", "amount", "20"),
        ("contains", "amount", 2),
        ("contains", "title", None),
        ("greaterThan", "title", "a"),
        ("greaterThan", "due", "soon"),
        ("equalTo", "nope", "x"),
    ],
)
def test_comparisons_that_mean_nothing_are_refused(shop: Shop, comparison: str, field: str, value: Any) -> None:
    with pytest.raises(ServiceError, match="ValidationException"):
        shop.find(filter=shop.test(comparison, getattr(shop, field, field), value))


def test_filters_combine(shop: Shop) -> None:
    refund, cheap = shop.test("contains", "title", "refund"), shop.test("lessThan", shop.amount, 15)
    assert shop.find(filter={"andAll": [refund, cheap]}) == ["shoes"]
    assert set(shop.find(filter={"orAll": [cheap, shop.test("equalTo", "status", "closed")]})) == {"shoes", "parcel"}
    assert set(shop.find(filter={"andAll": [refund, {"not": cheap}]})) == {"boots"}
    assert len(shop.find(filter={"andAll": []})) == 4


def test_every_word_of_the_term_must_be_somewhere(shop: Shop) -> None:
    assert set(shop.find(searchTerm="SHOES")) == {"shoes", "parcel"}
    assert shop.find(searchTerm="refund boots") == ["boots"]
    assert shop.find(searchTerm="refund parcel") == []


def test_sorting_puts_missing_values_last(shop: Shop) -> None:
    def by(field: str, order: str) -> dict[str, str]:
        return {"fieldId": field, "sortOrder": order}

    assert shop.find(sorts=[by(shop.amount, "Asc")]) == ["shoes", "boots", "parcel", "Question"]
    assert shop.find(sorts=[by(shop.amount, "Desc")]) == ["parcel", "boots", "shoes", "Question"]
    assert shop.find(sorts=[by("status", "Asc"), by("title", "Asc")]) == ["parcel", "Question", "boots", "shoes"]
    assert shop.find() == ["Question", "parcel", "boots", "shoes"]


def test_pages_and_asked_fields(shop: Shop) -> None:
    world = shop.world
    fields = [{"id": "title"}, {"id": shop.amount}]
    first = world.cases.search_cases(domainId=world.domain, maxResults=3, fields=fields)
    rest = world.cases.search_cases(domainId=world.domain, maxResults=3, fields=fields, nextToken=first["nextToken"])
    assert (len(first["cases"]), len(rest["cases"]), first["totalCount"], rest["totalCount"]) == (3, 1, 4, 4)
    assert "nextToken" not in rest
    assert [one["id"] for one in first["cases"][0]["fields"]] == ["title"]
    assert [one["id"] for one in first["cases"][1]["fields"]] == ["title", shop.amount]
