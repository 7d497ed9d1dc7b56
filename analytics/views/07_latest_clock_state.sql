-- Every cycle of every SLA clock as last known.
CREATE OR REPLACE VIEW latest_clock_state AS
SELECT
    case_id,
    template_id,
    clock_policy,
    clock_cycle,
    clock_status,
    clock_breached,
    clock_started_timestamp,
    clock_due_timestamp,
    clock_ended_timestamp,
    clock_target_seconds,
    clock_paused_seconds
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY case_id, clock_policy, clock_cycle
            ORDER BY clock_revision DESC, recorded_timestamp DESC
        ) AS place
    FROM facts
    WHERE kind = 'clock'
)
WHERE place = 1
