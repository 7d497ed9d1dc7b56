"""Addresses as SES takes them."""

import pytest

from casewright.cases.recipients import as_ses_takes


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("June.O'Neil+tents@Example.com", "June.O'Neil+tents@Example.com"),
        ("june@bücher.example", "june@xn--bcher-kva.example"),
        ("june@BU\u0308CHER.Example", "june@xn--bcher-kva.example"),
        ("june@xn--bcher-kva.example", "june@xn--bcher-kva.example"),
        ("june@例え.テスト", "june@xn--r8jz45g.xn--zckzah"),
        ("jürgen@example.com", ""),
        ("june@straße.example", ""),
        ("june@example", ""),
        ("june@.bücher.example", ""),
        ("june@bücher.example.", ""),
        ("june@" + "ü" * 64 + ".example", ""),
        ("june@" + "ü." * 200 + "example", ""),
        ("ju\x07ne@example.com", ""),
        ("friends:june@example.com", ""),
        ("june@[192.0.2.1]", ""),
        ("june", ""),
        ("", ""),
    ],
)
def test_a_domain_is_written_in_punycode_and_what_ses_refuses_is_no_address(written: str, taken: str) -> None:
    assert as_ses_takes(written) == taken
