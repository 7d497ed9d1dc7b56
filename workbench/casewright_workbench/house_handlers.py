"""The handlers that run in the house: those that run on Lambda, by the names of their functions."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

import lambdas.configure_domain.handler
import lambdas.decide.handler
import lambdas.note_delivery.handler
import lambdas.perform.handler
import lambdas.reconcile.handler
import lambdas.shape_records.handler
import lambdas.sweep.handler

HANDLERS: Final[Mapping[str, ModuleType]] = {
    "decide": lambdas.decide.handler,
    "perform": lambdas.perform.handler,
    "sweep": lambdas.sweep.handler,
    "reconcile": lambdas.reconcile.handler,
    "shape_records": lambdas.shape_records.handler,
    "note_delivery": lambdas.note_delivery.handler,
    "configure_domain": lambdas.configure_domain.handler,
}
