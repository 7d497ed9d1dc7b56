"""Public holidays of a country or one of its regions, from the `holidays` library."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from casewright_authoring.findings import fault
from casewright_authoring.nodes import Node
from casewright_authoring.shapes import text
from casewright_authoring.suggestions import unknown


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """The days off of some years, those moved from a weekend among them. `known_until` is the last year the library knows."""

    days: frozenset[date]
    known_until: int


def public_holidays(country: Node, region: Node | None, years: Iterable[int]) -> PublicHolidays:
    """The public holidays of a country by its two letters (ISO 3166-1), and of a region (ISO 3166-2, without the country)."""
    import holidays  # noqa: PLC0415  # a large library, for those calendars alone that name a country

    code = text(country, "a country")
    try:
        entity = holidays.country_holidays(code) if len(code) == 2 and code.isupper() else None
    except NotImplementedError:
        entity = None
    if entity is None:
        raise fault(country.place, unknown("country", code, (name for name in holidays.list_supported_countries() if len(name) == 2)))
    subdivision = text(region, "a region") if region is not None else None
    if region is not None and subdivision not in entity.subdivisions:
        raise fault(region.place, unknown(f"region of {code}", str(subdivision), entity.subdivisions))
    days = holidays.country_holidays(code, subdiv=subdivision, years=years, observed=True)
    return PublicHolidays(frozenset(days), entity.end_year)
