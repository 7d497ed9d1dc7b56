"""Public holidays of a country or one of its regions, from the `holidays` library."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import text
from casewright_authoring.suggestions import unknown

if TYPE_CHECKING:
    from holidays import HolidayBase


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The days off of some years, those moved from a weekend among them. `known_until` is the last year the library knows."""

    days: frozenset[date]
    known_until: int


def public_holidays(country: Node, region: Node | None, years: Iterable[int]) -> PublicHolidays:
    """The public holidays of a country by its two letters (ISO 3166-1), and of a region (ISO 3166-2, without the country)."""
    import holidays  # noqa: PLC0415  # only where a calendar names a country: the library is large

    code = text(country, "a country")
    countries = {name: regions for name, regions in holidays.list_supported_countries(include_aliases=False).items() if len(name) == 2}
    if code not in countries:
        raise fault(country.place, unknown("country", code, countries))
    subdivision = text(region, "a region") if region is not None else None
    if region is not None and subdivision not in countries[code]:
        raise fault(region.place, unknown(f"region of {code}", str(subdivision), countries[code]))
    found: HolidayBase = holidays.country_holidays(code, subdiv=subdivision, years=years, observed=True)
    return PublicHolidays(frozenset(found), found.end_year)
