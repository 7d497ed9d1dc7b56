-- Whose time it was, over all days: the share of each queue in the time that the clocks of a policy ran. The shares of a policy add up to 1.
-- For other days or templates sum the seconds of sla_team_time first: shares do not add up.
CREATE OR REPLACE VIEW sla_team_share AS
SELECT
    clock_policy,
    assigned_queue,
    seconds,
    seconds / sum(seconds) OVER (PARTITION BY clock_policy) AS share
FROM (
    SELECT clock_policy, assigned_queue, sum(seconds) AS seconds
    FROM sla_team_time
    GROUP BY clock_policy, assigned_queue
)
