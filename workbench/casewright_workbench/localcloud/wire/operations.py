"""Operations as they travel: the compiled parser of a request and writer of a response, per operation and protocol."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from casewright_workbench.localcloud.service import Request, Response, ServiceError

from .messages import HttpRequest
from .problems import Problems
from .routing import Route, route
from .scalars import Read, scalar_reader
from .shapes import ShapeReaders
from .writing import ShapeWriters, scalar_writer

_JSON_TYPES = {"json": "application/x-amz-json-{version}", "rest-json": "application/json", "query": "text/xml"}
Written = tuple[int, dict[str, str], bytes]


class Operation:
    """One operation, ready to parse its requests and write its responses."""

    def __init__(self, model: Any, readers: ShapeReaders, writers: ShapeWriters) -> None:
        self.name: str = model.name
        self.error_names = frozenset(shape.name for shape in model.error_shapes)
        protocol = model.service_model.resolved_protocol
        version = model.metadata.get("jsonVersion", "1.0")
        self._content_type = _JSON_TYPES[protocol].format(version=version)
        self._status = int(model.http.get("responseCode", 200))
        self.parse: Callable[[HttpRequest, Problems], Request] = _PARSERS[protocol](model, readers)
        self._write = _query_writer(model) if protocol == "query" else _json_writer(model, writers)

    def write(self, response: Response) -> Written:
        """Status, headers and body of a response that succeeded."""
        headers, body = self._write(response)
        return self._status, {"content-type": self._content_type, **headers}, body


def _json_parser(model: Any, readers: ShapeReaders) -> Callable[[HttpRequest, Problems], Request]:
    read = readers.reader(model.input_shape) if model.input_shape is not None else _read_nothing

    def parse(request: HttpRequest, problems: Problems) -> Request:
        result: Request = read(_json_body(request.body), "", problems)
        return result

    return parse


def _rest_parser(model: Any, readers: ShapeReaders) -> Callable[[HttpRequest, Problems], Request]:
    shape = model.input_shape
    if shape is None:
        return lambda _request, _problems: {}
    template = route(model)
    located = [_located_member(name, member) for name, member in shape.members.items() if "location" in member.serialization]
    required = [(name, shape.members[name].serialization.get("name", name)) for name in shape.required_members]
    in_body = tuple(name for name, member in shape.members.items() if "location" not in member.serialization)
    read_body = _body_reader(shape, in_body, readers)

    def parse(request: HttpRequest, problems: Problems) -> Request:
        sources = _Sources(request, template)
        value: Request = {}
        for take in located:
            take(sources, value, problems)
        if in_body:
            value.update(read_body(request.body, problems))
        for name, wire_name in required:
            if name not in value and wire_name not in problems.missing:
                problems.add_missing(wire_name)
        return value

    return parse


class _Sources:
    """Where the located members of a REST request stand."""

    def __init__(self, request: HttpRequest, template: Route) -> None:
        self.uri = template.labels(request.path) or {}
        self.querystring = parse_qs(request.query, keep_blank_values=True)
        self.header = request.headers


def _located_member(name: str, member: Any) -> Callable[[_Sources, Request, Problems], None]:
    location = member.serialization["location"]
    wire_name = member.serialization.get("name", name)
    timestamp_format = "rfc822" if location == "header" else "iso8601"
    scalar = member.member if member.type_name == "list" else member
    if scalar.type_name in ("structure", "map", "list"):
        raise TypeError(f"member {name} travels in the {location} as a {scalar.type_name}, which is not read here")
    read = scalar_reader(scalar, from_text=True, timestamp_format=timestamp_format)
    key = wire_name.lower() if location == "header" else wire_name

    def take(sources: _Sources, value: Request, problems: Problems) -> None:
        given = getattr(sources, location).get(key)
        if given is None:
            return
        texts = given if isinstance(given, list) else [given]
        if member.type_name == "list":
            value[name] = [read(text, f"{wire_name}.{at}.member", problems) for at, text in enumerate(texts, 1)]
        else:
            value[name] = read(texts[-1], wire_name, problems)

    return take


def _body_reader(shape: Any, in_body: tuple[str, ...], readers: ShapeReaders) -> Callable[[bytes, Problems], Request]:
    payload = shape.serialization.get("payload")
    if payload is None:
        read = readers.members_reader(shape, in_body)
        return lambda body, problems: _as_object(read(_json_body(body), "", problems))
    member = shape.members[payload]
    if member.type_name in ("blob", "string"):
        return lambda body, _problems: {payload: body if member.type_name == "blob" else body.decode()}
    read_payload: Read = readers.reader(member)
    return lambda body, problems: {payload: read_payload(_json_body(body), payload, problems)} if body else {}


def _query_parser(model: Any, _readers: ShapeReaders) -> Callable[[HttpRequest, Problems], Request]:
    members = model.input_shape.members if model.input_shape is not None else {}
    flat = {name: scalar_reader(member, from_text=True, timestamp_format="iso8601") for name, member in members.items()}

    def parse(request: HttpRequest, problems: Problems) -> Request:
        form = parse_qs(request.body.decode(), keep_blank_values=True)
        return {name: read(form[name][-1], name, problems) for name, read in flat.items() if name in form}

    return parse


def _json_writer(model: Any, writers: ShapeWriters) -> Callable[[Response], tuple[dict[str, str], bytes]]:
    shape = model.output_shape
    members = shape.members if shape is not None else {}
    in_header = {
        name: (member.serialization.get("name", name), scalar_writer(member, timestamp_format="rfc822"))
        for name, member in members.items()
        if member.serialization.get("location") == "header"
    }
    payload = shape.serialization.get("payload") if shape is not None else None
    in_body = tuple(name for name in members if name not in in_header)
    write = writers.members_writer(shape, in_body) if shape is not None else _write_nothing

    def write_response(response: Response) -> tuple[dict[str, str], bytes]:
        headers = {
            in_header[name][0]: str(in_header[name][1](response[name], name)) for name in in_header if response.get(name) is not None
        }
        body = write({name: value for name, value in response.items() if name not in in_header}, model.name)
        return headers, json.dumps(body[payload] if payload else body, separators=(",", ":")).encode()

    return write_response


def _query_writer(model: Any) -> Callable[[Response], tuple[dict[str, str], bytes]]:
    wrapper = (model.output_shape.serialization if model.output_shape is not None else {}).get("resultWrapper", f"{model.name}Result")

    def write_response(response: Response) -> tuple[dict[str, str], bytes]:
        members = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in response.items())
        return {}, f"<{model.name}Response><{wrapper}>{members}</{wrapper}></{model.name}Response>".encode()

    return write_response


_PARSERS: dict[str, Callable[[Any, ShapeReaders], Callable[[HttpRequest, Problems], Request]]] = {
    "json": _json_parser,
    "rest-json": _rest_parser,
    "query": _query_parser,
}


def _json_body(body: bytes) -> Any:
    if not body:
        return {}
    try:
        return json.loads(body)
    except ValueError as broken:
        raise ServiceError("SerializationException", f"the body is not JSON: {broken}; send a JSON object in UTF-8") from broken


def _as_object(value: Any) -> Request:
    return value if isinstance(value, dict) else {}


def _read_nothing(_raw: Any, _path: str, _problems: Problems) -> Request:
    return {}


def _write_nothing(_value: Any, _path: str) -> dict[str, Any]:
    return {}
