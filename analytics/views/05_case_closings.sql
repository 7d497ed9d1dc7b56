-- One row each time a case was closed. A closing is a value that last_closed_timestamp took, told by any event of the case.
-- Where that field is not on the stream, it is an update of the status to closed with no such value within a minute of it.
-- assigned_queue is that of the first event that tells the closing.
CREATE OR REPLACE VIEW case_closings AS
WITH told AS (
    SELECT case_id, assigned_queue, last_closed_timestamp AS closed_timestamp
    FROM (
        SELECT
            case_id,
            assigned_queue,
            last_closed_timestamp,
            row_number() OVER (PARTITION BY case_id, last_closed_timestamp ORDER BY event_timestamp, event_id) AS place
        FROM case_events
        WHERE last_closed_timestamp IS NOT NULL
    )
    WHERE place = 1
),
seen AS (
    SELECT case_id, assigned_queue, event_timestamp AS closed_timestamp
    FROM case_events
    WHERE event_type = 'CASE.UPDATED' AND lower(status) = 'closed' AND contains(changed_field_ids, 'status')
),
closings AS (
    SELECT case_id, assigned_queue, closed_timestamp FROM told
    UNION ALL
    SELECT seen.case_id, seen.assigned_queue, seen.closed_timestamp
    FROM seen
    LEFT JOIN told
        ON told.case_id = seen.case_id
        AND abs(date_diff('millisecond', told.closed_timestamp, seen.closed_timestamp)) <= 60000
    WHERE told.case_id IS NULL
),
cases AS (
    SELECT case_id, max(template_id) AS template_id, min(created_timestamp) AS created_timestamp
    FROM case_events
    GROUP BY case_id
)
SELECT
    closings.case_id,
    cases.template_id,
    closings.assigned_queue,
    cases.created_timestamp,
    closings.closed_timestamp
FROM closings
INNER JOIN cases ON cases.case_id = closings.case_id
