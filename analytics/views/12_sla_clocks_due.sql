-- Clocks whose time runs, with the wall time left until they are due: overdue ones below nought, the most urgent first when sorted by it.
-- As of the latest event in the lake, which lags: `casewright sla list` reads the table. A clock that is Active below nought has its breach on
-- the way. Paused clocks are not here: when they are due is not known.
CREATE OR REPLACE VIEW sla_clocks_due AS
WITH latest AS (
    SELECT max(event_timestamp) AS as_of_timestamp
    FROM facts
)
SELECT
    clock.case_id,
    state.reference_number,
    coalesce(clock.template_id, '') AS template_id,
    clock.clock_policy,
    clock.clock_cycle,
    clock.clock_status,
    clock.clock_due_timestamp,
    coalesce(clock.clock_queue, '') AS assigned_queue,
    latest.as_of_timestamp,
    CAST(date_diff('millisecond', latest.as_of_timestamp, clock.clock_due_timestamp) AS double) / 1000 AS seconds_left
FROM latest_clock_state AS clock
CROSS JOIN latest
LEFT JOIN latest_case_state AS state ON state.case_id = clock.case_id
WHERE clock.clock_status IN ('Active', 'Overdue')
