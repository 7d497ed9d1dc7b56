-- Every case as its last event tells it, deleted ones too. The event of a deletion carries no fields: the state before it stays.
CREATE OR REPLACE VIEW latest_case_state AS
SELECT
    case_id,
    template_id,
    reference_number,
    status,
    case_reason,
    assigned_queue,
    assigned_user,
    created_timestamp,
    last_updated_timestamp,
    last_closed_timestamp,
    last_reopened_timestamp,
    next_sla_breach_timestamp,
    custom_fields,
    event_id,
    event_timestamp,
    is_deleted
FROM (
    SELECT
        case_id,
        max(template_id) OVER (PARTITION BY case_id) AS template_id,
        reference_number,
        status,
        case_reason,
        assigned_queue,
        assigned_user,
        min(created_timestamp) OVER (PARTITION BY case_id) AS created_timestamp,
        last_updated_timestamp,
        last_closed_timestamp,
        last_reopened_timestamp,
        next_sla_breach_timestamp,
        custom_fields,
        event_id,
        event_timestamp,
        max(CASE WHEN event_type = 'CASE.DELETED' THEN 1 ELSE 0 END) OVER (PARTITION BY case_id) = 1 AS is_deleted,
        row_number() OVER (
            PARTITION BY case_id
            ORDER BY CASE WHEN event_type = 'CASE.DELETED' THEN 1 ELSE 0 END, event_timestamp DESC, event_id DESC
        ) AS place
    FROM case_events
)
WHERE place = 1
