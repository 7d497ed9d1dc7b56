"""An event of a case as it is usually modelled: powertools' envelope, and pydantic for what is in it."""

from datetime import datetime
from typing import Any

from aws_lambda_powertools.utilities.parser import BaseModel
from aws_lambda_powertools.utilities.parser.models import EventBridgeModel
from pydantic import Field


class Value(BaseModel):
    string_value: str | None = Field(None, alias="stringValue")
    double_value: float | None = Field(None, alias="doubleValue")
    boolean_value: bool | None = Field(None, alias="booleanValue")

    def plain(self) -> Any:
        return next((each for each in (self.string_value, self.double_value, self.boolean_value) if each is not None), None)


class FieldValue(BaseModel):
    value: Value


class Case(BaseModel):
    case_id: str = Field(alias="caseId")
    template_id: str = Field(alias="templateId")
    created_at: datetime | None = Field(None, alias="createdDateTime")
    fields: dict[str, FieldValue] = Field(default_factory=dict)


class Detail(BaseModel):
    event_type: str = Field(alias="eventType")
    changed_at: datetime = Field(alias="approximateChangeTime")
    performed_by: dict[str, Any] = Field({}, alias="performedBy")
    changed_field_ids: list[str] = Field([], alias="changedFieldIds")
    case: Case


class CaseEvent(EventBridgeModel):
    detail: Detail
