-- Events of cases, one row an event, with the columns of the table case_events of AWS's data lake.
-- The stream doubles: copies of an event share its id and its time, so one partition at a time is looked at.
-- Not on the stream, and null here: instance_id, template_name.
-- A lost event that was repaired, and came after all, is taken as it came.
CREATE OR REPLACE VIEW case_events AS
SELECT
    CAST(NULL AS varchar) AS instance_id,
    aws_account_id,
    event_id,
    case_id,
    event_timestamp,
    changed_field_ids,
    event_type,
    performed_by_iam_principal,
    performed_by_user_arn,
    performed_by_custom_entity,
    cases_domain_arn,
    template_id,
    CAST(NULL AS varchar) AS template_name,
    last_updated_user,
    reference_number,
    status,
    assigned_user,
    assigned_queue,
    case_reason,
    case_title,
    case_summary,
    customer_profile_arn,
    created_timestamp,
    last_updated_timestamp,
    next_sla_breach_timestamp,
    last_closed_timestamp,
    last_reopened_timestamp,
    custom_fields,
    recorded_timestamp AS data_lake_last_processed_timestamp,
    dt
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY dt, event_id ORDER BY recorded_timestamp) AS copy,
        count(CASE WHEN repaired IS NULL THEN 1 END) OVER (PARTITION BY dt, case_id, event_type, event_timestamp) AS told
    FROM facts
    WHERE kind = 'case_event'
)
WHERE copy = 1 AND (repaired IS NULL OR told = 0)
