-- One submission as one statement: what `/submit-score` writes, by pgbench, one transaction each.
\set player random(1, :players)
\set event random(1, :events)
\set interaction random(1, 9000000000000000)
\set thousandths random(1000, 1000000)
WITH event AS (
    SELECT id, score_count, score_mean, score_origin FROM events WHERE id = :event FOR NO KEY UPDATE
), before AS (
    SELECT event.*, best.score FROM event LEFT JOIN leaderboard_scores best
        ON best.event_id = event.id AND best.player_id = :player
        AND best.score_type = 'all_time' AND best.week_number IS NULL
), logged AS (
    INSERT INTO score_submissions (interaction_id, player_id, event_id, score, week_number, submitted_at)
    VALUES (:interaction, :player, :event, :thousandths / 1000.0, :week, now())
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
    INSERT INTO player_event_stats (player_id, event_id) SELECT :player, id FROM before WHERE score IS NULL
    ON CONFLICT DO NOTHING
), moved AS (
    SELECT id, score_mean, score - score_origin AS old, new, score_mean + (new + score_origin - score) / score_count AS mean
    FROM before, LATERAL (SELECT :thousandths / 1000.0::float8 - score_origin AS new) improved
    WHERE score < :thousandths / 1000.0
)
UPDATE events
SET score_mean = mean,
    score_m2 = score_m2 + (new - old) * (new - mean + old - moved.score_mean),
    score_m2_peak = greatest(score_m2_peak, score_m2 + (new - old) * (new - mean + old - moved.score_mean)),
    scores_version = scores_version + 1
FROM moved WHERE events.id = moved.id;
