-- What each rule did, by the day of the events it fired on: firings, times it only watched (`shadowed`) or was kept from a loop
-- (`looped`), effects it asked for, fields it lost to a later rule, and how its effects ended. An effect that followed from another
-- (a task's link to its case) ends without having been asked for; what an import asked for is asked for and does not end.
CREATE OR REPLACE VIEW rule_activity AS
WITH decisions AS (
    SELECT dt, decision_rules, decision_shadow_rules, decision_looped_rules, decision_effect_rules, decision_overruled_rules
    FROM (
        SELECT *, row_number() OVER (PARTITION BY dt, event_id ORDER BY recorded_timestamp DESC) AS copy
        FROM facts
        WHERE kind = 'decision'
    )
    WHERE copy = 1
),
effects AS (
    SELECT dt, effect_rule, effect_status
    FROM (
        SELECT
            *,
            row_number() OVER (
                PARTITION BY dt, effect_key
                ORDER BY effect_ended_timestamp DESC, recorded_timestamp DESC
            ) AS copy
        FROM facts
        WHERE kind = 'effect'
    )
    WHERE copy = 1
),
activity AS (
    SELECT decisions.dt, firing.rule, 'fired' AS what
    FROM decisions
    CROSS JOIN UNNEST(decisions.decision_rules) AS firing (rule)
    UNION ALL
    SELECT decisions.dt, watching.rule, 'shadowed'
    FROM decisions
    CROSS JOIN UNNEST(decisions.decision_shadow_rules) AS watching (rule)
    UNION ALL
    SELECT decisions.dt, looping.rule, 'looped'
    FROM decisions
    CROSS JOIN UNNEST(decisions.decision_looped_rules) AS looping (rule)
    UNION ALL
    SELECT decisions.dt, asking.rule, 'asked'
    FROM decisions
    CROSS JOIN UNNEST(decisions.decision_effect_rules) AS asking (rule)
    UNION ALL
    SELECT decisions.dt, losing.rule, 'overruled'
    FROM decisions
    CROSS JOIN UNNEST(decisions.decision_overruled_rules) AS losing (rule)
    UNION ALL
    SELECT dt, effect_rule, effect_status
    FROM effects
)
SELECT
    CAST(dt AS date) AS day,
    rule,
    count(CASE WHEN what = 'fired' THEN 1 END) AS fired,
    count(CASE WHEN what = 'shadowed' THEN 1 END) AS shadowed,
    count(CASE WHEN what = 'looped' THEN 1 END) AS looped,
    count(CASE WHEN what = 'asked' THEN 1 END) AS effects_asked,
    count(CASE WHEN what = 'overruled' THEN 1 END) AS fields_overruled,
    count(CASE WHEN what = 'done' THEN 1 END) AS effects_done,
    count(CASE WHEN what = 'failed' THEN 1 END) AS effects_failed,
    count(CASE WHEN what = 'superseded' THEN 1 END) AS effects_superseded,
    count(CASE WHEN what = 'expired' THEN 1 END) AS effects_expired,
    count(CASE WHEN what = 'over_budget' THEN 1 END) AS effects_over_budget,
    count(CASE WHEN what = 'skipped' THEN 1 END) AS effects_skipped,
    count(CASE WHEN what = 'recorded' THEN 1 END) AS effects_recorded
FROM activity
GROUP BY dt, rule
