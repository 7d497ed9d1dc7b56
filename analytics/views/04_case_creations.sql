-- One row a case whose creation time any event told, however late or whichever: the event of the creation itself may be lost.
-- assigned_queue is that of the first event known.
CREATE OR REPLACE VIEW case_creations AS
SELECT case_id, template_id, assigned_queue, created_timestamp
FROM (
    SELECT
        case_id,
        max(template_id) OVER (PARTITION BY case_id) AS template_id,
        assigned_queue,
        min(created_timestamp) OVER (PARTITION BY case_id) AS created_timestamp,
        row_number() OVER (
            PARTITION BY case_id
            ORDER BY CASE WHEN event_type = 'CASE.DELETED' THEN 1 ELSE 0 END, event_timestamp, event_id
        ) AS place
    FROM case_events
)
WHERE place = 1 AND created_timestamp IS NOT NULL
