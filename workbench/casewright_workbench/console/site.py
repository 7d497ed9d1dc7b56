"""The pages: which path shows what. HTML without scripts; a page asks for itself again every few seconds."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from jinja2 import Environment, PackageLoader, StrictUndefined

from casewright_workbench.console import case_list, inbox, webhook_calls
from casewright_workbench.console.clock_list import clock_lists
from casewright_workbench.console.desk import Desk
from casewright_workbench.console.durations import as_duration
from casewright_workbench.console.overview import MOST_CLOCKS, overview
from casewright_workbench.console.timeline import story
from casewright_workbench.console.urgent import SOON
from casewright_workbench.localcloud.wire.http import Page
from casewright_workbench.localcloud.wire.messages import HttpRequest, HttpResponse

REFRESH_SECONDS: Final = 5
_HEADERS: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
Show = Callable[[str], HttpResponse]


class Site:
    """The pages of one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        loader = PackageLoader("casewright_workbench.console")
        self._environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self._environment.filters |= {"clock": self._clock, "moment": self._moment, "duration": as_duration}
        self._pages: tuple[tuple[re.Pattern[str], Show], ...] = (
            (re.compile(r"/()"), self._overview),
            (re.compile(r"/clocks/?()"), self._clocks),
            (re.compile(r"/inbox/?()"), self._inbox),
            (re.compile(r"/inbox/([^/]+)\.eml"), self._raw_mail),
            (re.compile(r"/inbox/([^/]+)"), self._mail),
            (re.compile(r"/cases/?()"), self._cases),
            (re.compile(r"/cases/([^/]+)"), self._case),
        )

    @property
    def routes(self) -> Mapping[str, Page]:
        """The pages by path prefix, for the server of the local cloud."""
        return {"/": self.answer}

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The page of a path."""
        for pattern, show in self._pages:
            if found := pattern.fullmatch(request.path):
                return show(unquote(found[1]))
        return self._not_found("page", request.path)

    def _overview(self, _nothing: str) -> HttpResponse:
        return self._render("overview.html", now=overview(self._desk), most=MOST_CLOCKS)

    def _clocks(self, _nothing: str) -> HttpResponse:
        return self._render("clocks.html", clocks=clock_lists(self._desk))

    def _inbox(self, _nothing: str) -> HttpResponse:
        return self._render("inbox.html", mails=inbox.rows(self._desk), calls=webhook_calls.rows(self._desk))

    def _mail(self, message_id: str) -> HttpResponse:
        sent = inbox.mail(self._desk, message_id)
        return self._render("mail.html", mail=inbox.page(self._desk, sent)) if sent else self._not_found("mail", message_id)

    def _raw_mail(self, message_id: str) -> HttpResponse:
        sent = inbox.mail(self._desk, message_id)
        if sent is None:
            return self._not_found("mail", message_id)
        disposition = {"content-disposition": f'attachment; filename="{sent.message_id}.eml"'}
        return HttpResponse(200, {**_HEADERS, "content-type": "message/rfc822", **disposition}, sent.content)

    def _cases(self, _nothing: str) -> HttpResponse:
        return self._render("cases.html", cases=tuple(case_list.rows(self._desk)))

    def _case(self, case_id: str) -> HttpResponse:
        file = self._desk.cases.case(case_id)
        return self._render("case.html", case=story(file, self._desk)) if file else self._not_found("case", case_id)

    def _not_found(self, kind: str, name: str) -> HttpResponse:
        return self._render("missing.html", status=404, kind=kind, name=name)

    def _render(self, template: str, *, status: int = 200, **shown: object) -> HttpResponse:
        common = {
            "as_of": self._desk.clock.now(),
            "zone": self._desk.zone.key,
            "refresh": REFRESH_SECONDS,
            "domain_id": self._desk.domain_id,
            "soon": SOON,
        }
        body = self._environment.get_template(template).render(**common, **shown)
        return HttpResponse(status, _HEADERS, body.encode())

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._desk.zone):%H:%M:%S}"

    def _moment(self, at: datetime) -> str:
        return f"{at.astimezone(self._desk.zone):%d %b %H:%M}"
