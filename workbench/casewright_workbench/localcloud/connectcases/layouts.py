"""Layouts: create, describe, list, update, delete."""

from typing import Any

from casewright_workbench.localcloud.connectcases.catalog import FieldGroup, Layout
from casewright_workbench.localcloud.connectcases.domain import Domain
from casewright_workbench.localcloud.connectcases.errors import conflict, invalid, quota_exceeded
from casewright_workbench.localcloud.connectcases.operations import Operations, assert_name_is_free, assert_once
from casewright_workbench.localcloud.connectcases.pages import page
from casewright_workbench.localcloud.connectcases.values import present
from casewright_workbench.localcloud.service import Caller, Request, Response

Panels = dict[str, tuple[FieldGroup, ...]]
PANELS = ("topPanel", "moreInfo")


class LayoutOperations(Operations):
    """The operations on layouts."""

    def create_layout(self, request: Request, caller: Caller) -> Response:
        """Make a layout of existing fields."""
        domain = self._domain(request, caller)
        assert_name_is_free(request["name"], domain.layouts.values(), what="layout")
        if sum(not layout.deleted for layout in domain.layouts.values()) >= self._context.quotas.layouts:
            raise quota_exceeded(self._context.quotas.layouts, "layouts per domain")
        panels = self._read_panels(domain, request["content"])
        layout_id = self._context.ids.uuid()
        now = self._context.clock.now()
        layout = Layout(layout_id, f"{domain.arn}/layout/{layout_id}", request["name"], now, now, panels=panels)
        domain.layouts[layout_id] = layout
        return {"layoutId": layout_id, "layoutArn": layout.arn}

    def get_layout(self, request: Request, caller: Caller) -> Response:
        """Describe a layout, a deleted one too, without its deleted fields."""
        domain = self._domain(request, caller)
        layout = domain.layout(request["layoutId"])
        return {
            "layoutId": layout.id,
            "layoutArn": layout.arn,
            "name": layout.name,
            "content": {"basic": {name: _write_panel(domain, groups) for name, groups in layout.panels.items()}},
            "tags": dict(layout.tags),
            "deleted": layout.deleted,
            "createdTime": layout.created,
            "lastModifiedTime": layout.modified,
        }

    def list_layouts(self, request: Request, caller: Caller) -> Response:
        """List the layouts that are not deleted."""
        domain = self._domain(request, caller)
        shown, token = page([layout for layout in domain.layouts.values() if not layout.deleted], request, size=100)
        layouts = [{"layoutId": one.id, "layoutArn": one.arn, "name": one.name} for one in shown]
        return {"layouts": layouts, "nextToken": token}

    def update_layout(self, request: Request, caller: Caller) -> Response:
        """Change the name or the whole content of a layout."""
        domain = self._domain(request, caller)
        layout = _not_deleted(domain, request["layoutId"])
        if "name" in request:
            assert_name_is_free(request["name"], domain.layouts.values(), what="layout", own_id=layout.id)
        if "content" in request:
            layout.panels = self._read_panels(domain, request["content"])
        layout.name = request.get("name", layout.name)
        layout.modified = self._context.clock.now()
        return {}

    def delete_layout(self, request: Request, caller: Caller) -> Response:
        """Mark a layout as deleted, unless a template still shows it."""
        domain = self._domain(request, caller)
        layout = _not_deleted(domain, request["layoutId"])
        users = [one.name for one in domain.templates.values() if one.default_layout == layout.id and not one.deleted]
        if users:
            raise conflict(f"The layout {layout.name!r} is the default layout of: {', '.join(users)}.")
        if sum(one.deleted for one in domain.layouts.values()) >= self._context.quotas.deleted_layouts:
            raise conflict(f"At most {self._context.quotas.deleted_layouts} layouts of a domain can be deleted.")
        layout.deleted = True
        layout.modified = self._context.clock.now()
        return {}

    def _read_panels(self, domain: Domain, content: dict[str, Any]) -> Panels:
        panels = {name: _read_panel(content["basic"][name]) for name in PANELS if name in content["basic"]}
        field_ids = [one for groups in panels.values() for group in groups for one in group.field_ids]
        assert_once(field_ids, where="the layout")
        for field_id in field_ids:
            if field_id in {"title", "status"}:
                raise invalid(f"The field {field_id!r} has its own place and cannot be part of a layout.")
            domain.live_field_in_request(field_id)
        if len(field_ids) > self._context.quotas.fields_per_layout:
            raise quota_exceeded(self._context.quotas.fields_per_layout, "fields per layout")
        return panels


def _not_deleted(domain: Domain, layout_id: str) -> Layout:
    layout = domain.layout(layout_id)
    if layout.deleted:
        raise invalid(f"The layout {layout_id!r} ({layout.name}) was deleted.")
    return layout


def _read_panel(panel: dict[str, Any]) -> tuple[FieldGroup, ...]:
    groups = [section["fieldGroup"] for section in panel.get("sections", ())]
    return tuple(FieldGroup(group.get("name"), tuple(item["id"] for item in group["fields"])) for group in groups)


def _write_panel(domain: Domain, groups: tuple[FieldGroup, ...]) -> dict[str, Any]:
    return {"sections": [{"fieldGroup": _write_group(domain, group)} for group in groups]}


def _write_group(domain: Domain, group: FieldGroup) -> dict[str, Any]:
    kept = [{"id": field_id} for field_id in group.field_ids if not domain.fields[field_id].deleted]
    return present({"name": group.name, "fields": kept})
