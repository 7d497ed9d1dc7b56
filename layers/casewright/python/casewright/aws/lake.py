"""Firehose: the stream into the lake."""

from collections.abc import Sequence

import msgspec

from casewright.aws.clients import Client
from casewright.aws.failures import translated
from casewright.errors import Unavailable
from casewright.ports.messages import Row

MOST_RECORDS = 500
"""Of one PutRecordBatch."""


class FactsStream:
    """Fulfils Lake."""

    def __init__(self, client: Client, stream: str) -> None:
        self._client, self._stream = client, stream

    def put(self, rows: Sequence[Row]) -> None:
        """Deliver rows; a record that Firehose refuses makes the whole call one to repeat (the lake keeps one of each row)."""
        records = [{"Data": msgspec.json.encode(row) + b"\n"} for row in rows]
        for start in range(0, len(records), MOST_RECORDS):
            with translated("PutRecordBatch"):
                answer = self._client.put_record_batch(DeliveryStreamName=self._stream, Records=records[start : start + MOST_RECORDS])
            failed = [each for each in answer["RequestResponses"] if each.get("ErrorCode")]
            if failed:
                raise Unavailable(f"PutRecordBatch: {len(failed)} records failed: {failed[0]['ErrorCode']}")
