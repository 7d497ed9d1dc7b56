-- Promises kept, as points that add up: sum the numerators, sum the denominators, then divide.
-- Denominator: cycles that were judged, met or missed. Numerator: those met.
--   missed: the time ran out, whatever came after: still overdue, ended late, cancelled or reset while overdue. Counts on the day it was due,
--           for the queue that had the case when the time ran out.
--   met:    ended by what it waited for, up to and at due. Counts on the day it ended, for the queue that had the case until then.
-- In neither: cycles that run in time or are paused, and those cancelled, deleted with their case or reset before their time ran out.
CREATE OR REPLACE VIEW sla_attainment AS
WITH judged AS (
    SELECT
        CASE
            WHEN clock_breached OR clock_status IN ('Overdue', 'NotMet') THEN 'missed'
            WHEN clock_status = 'Met' THEN 'met'
        END AS verdict,
        clock_due_timestamp,
        clock_ended_timestamp,
        coalesce(template_id, '') AS template_id,
        clock_policy,
        coalesce(clock_queue, '') AS last_queue,
        coalesce(clock_missed_queue, '') AS missed_queue
    FROM latest_clock_state
),
dated AS (
    SELECT
        CAST(CASE WHEN verdict = 'met' THEN clock_ended_timestamp ELSE clock_due_timestamp END AS date) AS day,
        template_id,
        clock_policy,
        CASE WHEN verdict = 'met' THEN last_queue ELSE missed_queue END AS assigned_queue,
        verdict
    FROM judged
    WHERE verdict IS NOT NULL
)
SELECT
    day,
    template_id,
    clock_policy,
    assigned_queue,
    CAST(count(CASE WHEN verdict = 'met' THEN 1 END) AS double) AS numerator,
    CAST(count(*) AS double) AS denominator
FROM dated
GROUP BY day, template_id, clock_policy, assigned_queue
