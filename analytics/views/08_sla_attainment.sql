-- Promises kept, as points that add up: numerator the cycles met, denominator those met and those missed.
-- A cycle is missed once its time ran out, however it ended, and counts on the day it was due; a met one on the day it ended.
-- Cycles still running in time, and those cancelled in time, are in neither.
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
        clock_policy
    FROM latest_clock_state
),
dated AS (
    SELECT
        CAST(CASE WHEN verdict = 'met' THEN clock_ended_timestamp ELSE clock_due_timestamp END AS date) AS day,
        template_id,
        clock_policy,
        verdict
    FROM judged
    WHERE verdict IS NOT NULL
)
SELECT
    day,
    template_id,
    clock_policy,
    CAST(count(CASE WHEN verdict = 'met' THEN 1 END) AS double) AS numerator,
    CAST(count(*) AS double) AS denominator
FROM dated
GROUP BY day, template_id, clock_policy
