-- Every cycle of every SLA clock as last known. A cycle after the present one of its clock is none: a late event made it never to have begun.
-- clock_team_seconds is the open time it ran, Active or Overdue, by the queue that had the case, up to clock_counted_timestamp.
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
    clock_paused_seconds,
    clock_queue,
    clock_missed_queue,
    clock_team_seconds,
    clock_counted_timestamp
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY case_id, clock_policy, clock_cycle
            ORDER BY clock_revision DESC
        ) AS place,
        first_value(clock_cycle) OVER (
            PARTITION BY case_id, clock_policy
            ORDER BY clock_revision DESC, clock_cycle DESC
        ) AS present_cycle
    FROM facts
    WHERE kind = 'clock'
)
WHERE place = 1 AND clock_cycle <= present_cycle
