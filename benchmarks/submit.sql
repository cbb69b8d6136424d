-- One submission as one statement: what `/submit-score` writes, by pgbench, one transaction each.
\set player random(1, :players)
\set event random(1, :events)
\set interaction random(1, 9000000000000000)
\set thousandths random(1000, 1000000)
WITH event AS (
    SELECT id, guild_id, score_count, score_origin, score_mean, score_m2,
           CASE WHEN week_number = :week THEN week_count ELSE 0 END AS week_count,
           CASE WHEN week_number = :week THEN week_origin ELSE :thousandths / 1000.0::float8 END AS week_origin,
           CASE WHEN week_number = :week THEN week_mean ELSE 0 END AS week_mean,
           CASE WHEN week_number = :week THEN week_m2 ELSE 0 END AS week_m2,
           CASE WHEN week_number = :week THEN week_m2_peak ELSE 0 END AS week_m2_peak
    FROM events WHERE id = :event FOR NO KEY UPDATE
), before AS (
    SELECT event.*, best.score, best.score - score_origin AS old, :thousandths / 1000.0::float8 - score_origin AS new,
           weekly.score - week_origin AS week_old, :thousandths / 1000.0::float8 - week_origin AS week_new
    FROM event
    LEFT JOIN leaderboard_scores best ON best.event_id = event.id AND best.player_id = :player
        AND best.score_type = 'all_time' AND best.week_number IS NULL
    LEFT JOIN leaderboard_scores weekly ON weekly.event_id = event.id AND weekly.player_id = :player
        AND weekly.score_type = 'weekly' AND weekly.week_number = :week
), logged AS (
    INSERT INTO score_submissions
        (interaction_id, player_id, event_id, score, week_number, made_in_week, submitted_at)
    VALUES (:interaction, :player, :event, :thousandths / 1000.0, :week, :week, now())
), member AS (
    UPDATE members SET display_name = 'Player ' || :player::text, version = version + 1
    FROM event WHERE members.guild_id = event.guild_id AND members.player_id = :player
), personal AS (
    INSERT INTO leaderboard_scores AS best (player_id, event_id, score, score_type, submitted_at)
    VALUES (:player, :event, :thousandths / 1000.0, 'all_time', now())
    ON CONFLICT (player_id, event_id) WHERE score_type = 'all_time' AND week_number IS NULL
    DO UPDATE SET score = excluded.score, submitted_at = excluded.submitted_at WHERE excluded.score > best.score
), weekly AS (
    INSERT INTO leaderboard_scores AS best (player_id, event_id, score, score_type, week_number, submitted_at)
    VALUES (:player, :event, :thousandths / 1000.0, 'weekly', :week, now())
    ON CONFLICT (player_id, event_id, week_number) WHERE score_type = 'weekly' AND week_number IS NOT NULL
    DO UPDATE SET score = excluded.score, submitted_at = excluded.submitted_at WHERE excluded.score > best.score
), rated AS (
    INSERT INTO player_event_stats (player_id, event_id, updated_at) SELECT :player, id, now() FROM before WHERE score IS NULL
    ON CONFLICT DO NOTHING
), field AS (
    SELECT id, mean, score_m2 + (new - old) * (new - mean + old - score_mean) AS m2
    FROM before, LATERAL (SELECT score_mean + (new - old) / score_count AS mean) moved WHERE old < new
), week_field AS (
    SELECT id, size, week_origin, mean, week_m2 + CASE
        WHEN week_old IS NULL THEN (week_new - week_mean) * (week_new - mean)
        ELSE (week_new - week_old) * (week_new - mean + week_old - week_mean) END AS m2, week_m2_peak
    FROM before,
        LATERAL (SELECT week_count + CASE WHEN week_old IS NULL THEN 1 ELSE 0 END AS size) counted,
        LATERAL (SELECT week_mean + (week_new - coalesce(week_old, week_mean)) / size AS mean) moved
    WHERE week_old IS NULL OR week_old < week_new
)
UPDATE events
SET version = version + 1,
    score_mean = coalesce(field.mean, score_mean),
    score_m2 = greatest(coalesce(field.m2, score_m2), 0),
    score_m2_peak = greatest(score_m2_peak, field.m2),
    scores_version = scores_version + CASE WHEN field.id IS NULL THEN 0 ELSE 1 END,
    week_number = :week,
    week_count = week_field.size,
    week_origin = week_field.week_origin,
    week_mean = week_field.mean,
    week_m2 = greatest(week_field.m2, 0),
    week_m2_peak = greatest(week_field.week_m2_peak, week_field.m2)
FROM week_field LEFT JOIN field USING (id) WHERE events.id = week_field.id;
