-- Whose time it was, as points that add up: the open time that cycles ran, Active or Overdue and not Paused, by the queue that had the case.
-- Every cycle counts, ended or not, on the day it began, which never moves. An open one counts up to its last change of hands or pause.
-- assigned_queue is '' for time in which the case was in no queue.
CREATE OR REPLACE VIEW sla_team_time AS
WITH shares AS (
    SELECT
        CAST(clock_started_timestamp AS date) AS day,
        coalesce(template_id, '') AS template_id,
        clock_policy,
        CAST(team.queue AS varchar) AS assigned_queue,
        CAST(element_at(clock_team_seconds, team.queue) AS double) AS seconds
    FROM latest_clock_state
    CROSS JOIN UNNEST(map_keys(clock_team_seconds)) AS team (queue)
)
SELECT day, template_id, clock_policy, assigned_queue, sum(seconds) AS seconds
FROM shares
GROUP BY day, template_id, clock_policy, assigned_queue
