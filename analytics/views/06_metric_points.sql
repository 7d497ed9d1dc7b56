-- Metrics as points that add up: over any days, templates and dimensions, sum the numerators and sum the denominators, then divide.
-- The denominator of a count is null. Definitions: docs/lake.md. The dimension of these metrics is the assigned queue, '' where none.
CREATE OR REPLACE VIEW metric_points AS
WITH created AS (
    SELECT
        CAST(created_timestamp AS date) AS day,
        coalesce(template_id, '') AS template_id,
        coalesce(assigned_queue, '') AS dimension
    FROM case_creations
),
resolved AS (
    SELECT
        CAST(closed_timestamp AS date) AS day,
        coalesce(template_id, '') AS template_id,
        coalesce(assigned_queue, '') AS dimension,
        CASE
            WHEN closed_timestamp < created_timestamp THEN 0
            ELSE date_diff('millisecond', created_timestamp, closed_timestamp)
        END AS milliseconds
    FROM case_closings
)
SELECT
    'cases_created' AS metric,
    day,
    template_id,
    dimension,
    CAST(count(*) AS double) AS numerator,
    CAST(NULL AS double) AS denominator
FROM created
GROUP BY day, template_id, dimension
UNION ALL
SELECT 'cases_resolved', day, template_id, dimension, CAST(count(*) AS double), CAST(NULL AS double)
FROM resolved
GROUP BY day, template_id, dimension
UNION ALL
SELECT
    'average_resolution_time',
    day,
    template_id,
    dimension,
    CAST(sum(milliseconds) AS double) / 1000,
    CAST(count(*) AS double)
FROM resolved
WHERE milliseconds IS NOT NULL
GROUP BY day, template_id, dimension
