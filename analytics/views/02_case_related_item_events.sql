-- Events of related items, one row an event, with the columns of the table case_related_item_events of AWS's data lake.
-- Never kept, and null here: comment_body. Not read from the stream, and null here: instance_id, comment_content_type, sla_type,
-- sla_target_field_id, sla_target_field_values.
-- A lost event that was repaired, and came after all, is taken as it came.
CREATE OR REPLACE VIEW case_related_item_events AS
SELECT
    CAST(NULL AS varchar) AS instance_id,
    aws_account_id,
    event_id,
    related_item_id,
    event_timestamp,
    changed_attributes,
    event_type,
    performed_by_iam_principal,
    performed_by_user_arn,
    performed_by_custom_entity,
    cases_domain_arn,
    case_id AS associated_case_id,
    related_item_type,
    created_timestamp,
    CAST(NULL AS varchar) AS comment_body,
    CAST(NULL AS varchar) AS comment_content_type,
    related_case_id,
    contact_channel,
    contact_id,
    file_arn,
    sla_name,
    sla_status,
    sla_target_timestamp,
    CAST(NULL AS varchar) AS sla_type,
    sla_completion_timestamp,
    CAST(NULL AS varchar) AS sla_target_field_id,
    CAST(NULL AS varchar) AS sla_target_field_values,
    custom_related_item_fields,
    recorded_timestamp AS data_lake_last_processed_timestamp,
    dt
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY dt, event_id ORDER BY recorded_timestamp) AS copy,
        count(CASE WHEN repaired IS NULL THEN 1 END) OVER (PARTITION BY dt, case_id, related_item_id, event_type, event_timestamp) AS told
    FROM facts
    WHERE kind = 'related_item_event'
)
WHERE copy = 1 AND (repaired IS NULL OR told = 0)
