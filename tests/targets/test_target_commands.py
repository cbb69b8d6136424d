"""The answers to players who ask what they must score."""

from bot.domain.events import EventInfo
from bot.domain.scores import ScoreDirection, ScoreStyle
from bot.domain.standings import Board
from bot.domain.targets import Goal, GoalKind, Outcome, Target
from bot.ui.targets import show_target
from tests.backends import EVENT
from tests.one_database import on_both_databases, on_one_database
from tests.world import World

pytestmark = on_one_database


@on_both_databases
async def test_a_player_is_told_what_to_score_and_gets_there_by_it(world: World) -> None:
    await world.create_event(unit="points")
    assert "any score is enough" in await world.use("Ana", "target", event="Tetris")
    await world.submit_all({"Ana": 100, "Ben": 200, "Cy": 300})
    by_rank = await world.use("Ana", "target", event="Tetris")
    assert by_rank.is_private
    assert by_rank.alone.startswith("Tetris Blitz\nTo be **#2** all-time, you need **200**.\nyour best is 100"), (
        by_rank.alone
    )
    assert "To be ahead of **Cy** all-time, you need **301**." in await world.use(
        "Ana", "target", event="Tetris", player=world.member("Cy").user
    )
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit_all({"Ben": 210, "Cy": 310})

    overall = await world.use("Ana", "target", event="Tetris", rank=1)

    assert overall.alone == (
        "Tetris Blitz\nTo be **#1** overall, you need **361** this week.\nyour best is 100\n"
        "players who tie share a rank\nyour Elo would be 1100\n2 others have played this week so far"
    )
    await world.submit("Ana", 361)
    await world.reset()
    assert "🥇 **Ana**" in await world.board("overall")


async def test_after_an_early_close_a_target_is_for_the_next_week(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200, "Cy": 300})
    await world.reset()

    overall = await world.use("Ana", "target", event="Tetris", rank=1)

    assert overall.alone.startswith("Tetris Blitz\nTo be **#1** overall, you need **682** next week.\n")
    assert overall.alone.endswith("nobody else has a score for next week yet")
    assert "next week, any score is enough." in await world.use("Ana", "target", event="Tetris", rank=1, board="week")


async def test_a_target_names_the_earlier_week_that_is_not_closed_yet(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200})
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit_all({"Ana": 150, "Ben": 900})
    left_out = "\nwithout 23–29 November, which is not closed yet"
    assert left_out not in await world.use("Ana", "target", event="Tetris", rank=1)
    world.clock.move(weeks=1)
    await world.submit("Ben", 100)

    assert left_out in await world.use("Ana", "target", event="Tetris", rank=1)
    assert left_out not in await world.use("Ana", "target", event="Tetris", rank=1, board="all-time")
    await world.reset()
    assert left_out not in await world.use("Ana", "target", event="Tetris", rank=1)


async def test_what_cannot_be_aimed_at_is_refused(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200})
    ana, ben, dan = (world.member(name).user for name in ("Ana", "Ben", "Dan"))
    assert "One goal at a time" in await world.refused(world.use("Ana", "target", event="Tetris", rank=1, player=ben))
    assert "That is you." in await world.refused(world.use("Ana", "target", event="Tetris", player=ana))
    assert "has no scores in" in await world.refused(world.use("Ana", "target", event="Tetris", player=dan))
    await world.use(world.admin, "event archive", event="Tetris Blitz")
    assert "is archived and takes no more scores" in await world.refused(
        world.use("Ana", "target", event="Tetris Blitz")
    )


async def test_an_answer_says_why_no_score_is_enough_and_when_one_is(world: World) -> None:
    await world.create_event(max="1000")
    await world.submit_all({"Ana": 100, "Ben": 200, "Cy": 1000})
    best = await world.use("Ana", "target", event="Tetris", elo=1300)
    assert "no score is enough: even the highest score makes **1141**" in best
    assert "such a score moves the mean, too" in best
    assert "2 others have a score so far" in best
    assert "there is no score: the event takes none that good." in await world.use(
        "Ana", "target", event="Tetris", player=world.member("Cy").user
    )
    assert "Your **1,000** is enough to be **#1** all-time." in await world.use("Cy", "target", event="Tetris")
    await world.reset()
    world.clock.move(weeks=1)
    await world.submit_all({"Ben": 210, "Cy": 310})
    later = await world.use("Ana", "target", event="Tetris", elo=1100)
    assert "weeks at **" in later, later.alone


async def test_whoever_is_alone_is_told_that_every_score_counts_alike(world: World) -> None:
    await world.create_event()
    await world.submit("Ana", 100)

    told = (await world.use("Ana", "target", event="Tetris", elo=1300, board="week")).alone

    assert told == (
        "Tetris Blitz\nFor an Elo of **1300** this week, no score is enough: even the highest score makes **1000**.\n"
        "your best is 100, of this week\nalone, every score counts alike\nnobody else has played this week yet"
    )


async def test_where_others_have_a_best_none_is_alone_on_the_overall_board(world: World) -> None:
    await world.create_event()
    await world.submit_all({"Ana": 100, "Ben": 200})
    await world.reset()
    world.clock.move(weeks=1)

    told = (await world.use("Ana", "target", event="Tetris", elo=2500)).alone

    assert "overall, no score is enough this week: " in told
    assert told.endswith("\nsuch a score moves the mean, too\nnobody else has played this week yet")


def test_it_is_said_beyond_which_score_the_goal_is_lost_again() -> None:
    event = EventInfo(1, 1, EVENT, ScoreDirection.HIGH, ScoreStyle(), None, None, is_active=True)
    found = Target(event, Board.OVERALL, Goal(GoalKind.ELO, 1100), Outcome.NEEDED, score=45, until=1_123, elo=1101)

    [card] = show_target(found).cards

    assert "you need **45** this week." in card.text
    assert "not beyond **1,123**: such a score moves the mean, too\n" in card.text
