"""The files of the lake."""

import pyarrow as pa

from casewright.measures.columns import FACTS
from casewright_workbench.lake.types import arrow_type


def arrow_schema() -> pa.Schema:
    """The schema of a Parquet file of `facts`: its columns without the partition, which the path holds."""
    return pa.schema([pa.field(column.name, arrow_type(column.glue_type)) for column in FACTS])
