"""Whatever players, admins, operators and clocks do, the services agree with the model."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import ExitStack, suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import URL, delete

from bot.database.models import Base, Event, Player, WeeklyRun
from bot.domain.rehearsals import Proposal
from bot.domain.reviews import Review
from bot.domain.rules import DEFAULT_RULES, Attendance, Method, Rules
from bot.domain.scores import ScoreDirection
from bot.domain.servers import NewMember
from bot.errors import (
    AlreadyCounted,
    AlreadyExcused,
    AlreadyWithdrawn,
    EventArchived,
    EventEnded,
    EventNotBegun,
    LeaderboardError,
    NeverSubmitted,
    NotExcused,
    NothingStored,
    NothingToChange,
    NothingToImport,
    NothingToRemove,
    NothingToRestore,
    NothingToUndo,
    NotWithdrawn,
    PlayerWithdrawn,
    ScoreHeld,
    SeasonEmpty,
    SeasonHasScores,
    SeasonOpen,
    SeasonOver,
    SeasonSwapped,
    SubmitterWithdrawn,
    WeekNotRunnable,
)
from bot.services.events import EventOptions
from tests import tables
from tests.backends import ADMIN, GUILD, TestBackend, open_test_backend
from tests.large_events import as_if_large

from .comparison import differences, not_as_told, numbers
from .model import Entry, Model, code_of, first_open, week_after

T = TypeVar("T")

EVENTS = {"Highest": "HIGH", "Lowest": "LOW"}
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Kiritimati"]
# These are near the beginning and end of daylight saving time, and the ends of years with 52 and 53 weeks.
MOMENTS = [
    datetime.fromisoformat(f"{moment}+00:00")
    for moment in (
        *("2026-03-08T07:30", "2026-03-29T00:59", "2026-03-29T22:30", "2026-10-25T00:30", "2026-10-25T23:30"),
        *("2026-04-05T12:00", "2026-12-27T23:59", "2026-12-31T23:59", "2027-01-03T23:59", "2027-01-04T00:00"),
        *("2027-12-31T12:00", "2028-01-02T23:59", "2028-01-03T11:30"),
    )
]
LATER = datetime(2030, 1, 1, tzinfo=UTC)
"""After all other times."""
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
GRACE = 2 * HOUR
FIRST_HELD = 1_000_000
"""The interaction ids of held scores are above all others."""

MOST_FORMER = 5
"""Together with as many other players, they fill a page of a board."""

a_player = st.integers(1, 5)
an_event = st.sampled_from(sorted(EVENTS))
a_score = st.one_of(
    st.integers(1, 6).map(str),
    st.sampled_from(["0.000000001", "0.000000002", "999999999.999", "999999999.998", "999999999", "0.1", "0.3"]),
    st.decimals("0.000000001", "999999999.999", places=9).map(lambda score: f"{score:f}"),
)
some_rules = st.one_of(
    st.just(DEFAULT_RULES),
    st.builds(
        lambda method, attendance, best_of, **rest: Rules(method, attendance=attendance, best_of=best_of, **rest),
        st.sampled_from(Method),
        st.sampled_from(Attendance),
        st.integers(1, 2),
        last_weeks=st.integers(2, 3),
        uses_logarithm=st.booleans(),
        all_time_weight=st.sampled_from([0.5, 0.0, 0.3]),
        missed_week_elo=st.sampled_from([None, 0, 700]),
        min_weeks=st.integers(1, 3),
        min_field=st.integers(1, 3),
    ),
)
a_while = st.sampled_from([0 * HOUR, HOUR, DAY, WEEK, 3 * WEEK])
"""How long ago a score was made."""
maybe_weeks = st.sampled_from([None, None, -3, -1, 0, 1, 2])
rarely = st.sampled_from([False, False, False, True])
some = st.integers(0, 99)
"""The index of one of several things, modulo their number."""


def proposal_of(rules: Rules) -> Proposal:
    """Return a proposal that names all of the given rules."""
    named = {rule.name: getattr(rules, rule.name) for rule in fields(Rules) if rule.name != "missed_week_elo"}
    missed = "default" if rules.missed_week_elo is None else str(rules.missed_week_elo)
    return Proposal(**named, missed_week=missed)


def direction_of(is_high: bool) -> ScoreDirection:
    return ScoreDirection.HIGH if is_high else ScoreDirection.LOW


class Season(RuleBasedStateMachine):
    """Two events of a server beside their models. A rule also does the work of the debounced recalculation."""

    def __init__(self, url: URL) -> None:
        super().__init__()
        self.size = ExitStack()
        self.runner = asyncio.Runner()
        self.opened = open_test_backend(url)
        self.backend: TestBackend = self.do(self.opened.__aenter__())
        self.backend.real.recalculator.request = lambda event_id: None  # type: ignore[method-assign]
        self.clock, self.zone = self.backend.clock, "UTC"
        self.do(tables.execute(self.backend.database, *map(delete, reversed(Base.metadata.sorted_tables))))
        self.events = {name: self.do(self.backend.create_event(way, name)) for name, way in EVENTS.items()}
        self.withdrawn: set[int] = set()
        self.former: set[int] = set()
        self.models = {name: Model(way == "HIGH", self.withdrawn) for name, way in EVENTS.items()}
        self.excuses: set[tuple[str | None, int, int]] = set()
        self.held = self.servers = 0
        self.past: dict[str, Model] = {}
        self.archived: set[str] = set()
        self.delivered: list[dict[str, Any]] = []
        self.submitted: list[tuple[int, Model, Entry, datetime]] = []
        self.undone: dict[str, list[datetime]] = {name: [] for name in EVENTS}
        self.touched = "Highest"
        self.do(self.backend.real.services.settings.change(ADMIN, closes_weeks=True))
        self.next_close = self.closing[1]

    def teardown(self) -> None:
        self.size.close()
        self.do(self.opened.__aexit__(None, None, None))
        self.runner.close()

    def do(self, work: Awaitable[T]) -> T:
        async def wait() -> T:
            return await work

        return self.runner.run(wait())

    def refused(self, error: type[LeaderboardError], work: Awaitable[object]) -> None:
        with suppress(error):
            raise AssertionError(f"{error.__name__} was expected, not {self.do(work)}")

    @property
    def week(self) -> int:
        return code_of(self.clock.now.astimezone(ZoneInfo(self.zone)).date())

    @property
    def closing(self) -> tuple[datetime, datetime]:
        """Return when weeks were last due to close automatically, and when they are next."""
        monday = datetime.combine(self.open_since, time(), ZoneInfo(self.zone))
        return monday.astimezone(UTC) + GRACE, (monday + WEEK).astimezone(UTC) + GRACE

    @property
    def open_since(self) -> date:
        """Return the Monday of the first week that is not due to close yet."""
        local = (self.clock.now - GRACE).astimezone(ZoneInfo(self.zone)).date()
        return local - timedelta(days=local.weekday())

    def touch(self, event: str) -> Model:
        self.touched = event
        return self.models[event]

    @rule(event=an_event, scores=st.lists(st.tuples(a_player, a_score), min_size=1, max_size=4))
    def submit(self, event: str, scores: list[tuple[int, str]]) -> None:
        for player, score in scores:
            self.submit_one(player, event, score)

    def submit_one(self, player: int, event: str, score: str) -> None:
        model = self.touch(event)
        what: dict[str, Any] = {
            "player": player,
            "event": event,
            "score": score,
            "interaction_id": len(self.delivered) + 1,
        }
        if outside := model.is_outside(model.open_week(self.week)):
            self.refused(EventNotBegun if outside < 0 else EventEnded, self.backend.submit(**what))
            return
        if event in self.archived:
            self.refused(EventArchived, self.backend.submit(**what))
            return
        if player in self.withdrawn:
            self.refused(SubmitterWithdrawn, self.backend.submit(**what))
            return
        before = model.bests().get(player)
        model.submit(player, float(score), self.week)
        result = self.do(self.backend.submit(**what))
        self.delivered.append(what)
        self.submitted.append((self.events[event].id, model, model.log[-1], self.clock.now))
        best = model.bests()[player]
        assert (result.previous_best, result.personal_best, result.is_personal_best) == (before, best, before != best)
        assert (result.week.code, result.players) == (model.log[-1].week, len(model.bests()))

    @precondition(lambda self: self.delivered)
    @rule(which=some)
    def deliver_again(self, which: int) -> None:
        what = self.delivered[which % len(self.delivered)]
        self.touch(what["event"])
        self.refused(AlreadyCounted, self.backend.submit(**what))

    @precondition(lambda self: self.submitted)
    @rule(ago=st.integers(1, 3))
    def take_back(self, ago: int) -> None:
        number = max(len(self.submitted) - ago, 0)
        event_id, model, entry, at = self.submitted[number]
        player, interaction_id = entry.player, self.delivered[number]["interaction_id"]
        work = self.backend.real.services.removals.take_back(GUILD, event_id, player, interaction_id)
        if entry.removed or entry.week in model.runs or self.clock.now >= at + timedelta(minutes=10):
            self.refused(LeaderboardError, work)
            return
        entry.removed = True
        assert self.do(work).personal_best == model.bests().get(player)

    @rule(event=an_event)
    def run_what_is_due(self, event: str) -> None:
        model = self.touch(event)
        begun = [week for week in model.open_weeks() if week <= self.week]
        due = [week for week in begun if week < self.week] or begun
        if not due:
            self.refused(WeekNotRunnable, self.backend.run(event=event))
            return
        runs = self.do(self.backend.run(event=event))
        assert [run.week.code for run in runs] == due
        for week in due:
            model.run(week)

    @rule(event=an_event, late=st.sampled_from([timedelta(0), timedelta(0), HOUR, 2 * WEEK]))
    def weeks_close_by_themselves(self, event: str, late: timedelta) -> None:
        self.touch(event)
        self.clock.now = max(self.clock.now, self.next_close) + late
        last, following = self.closing
        assert self.do(self.backend.real.jobs.do_due()) == 1
        self.next_close = following
        begun = code_of((self.clock.now - GRACE).astimezone(ZoneInfo(self.zone)).date())
        for name, model in self.models.items():
            if not any(at >= last for at in self.undone[name]):
                for week in model.open_weeks():
                    if week < begun:
                        model.run(week)

    @rule(event=an_event, which=some, preview=rarely)
    def run_one_week(self, event: str, which: int, preview: bool) -> None:
        model = self.touch(event)
        weeks = [*model.open_weeks(), *model.runs, self.week]
        week = weeks[which % len(weeks)]
        text = f"{week // 100}-W{week % 100:02}"
        services = self.backend.real.services
        work: Awaitable[Any] = (
            services.results.preview(ADMIN, event, text)
            if preview
            else services.weeks.run(ADMIN, event, text, early=True)
        )
        if week > self.week or week not in model.open_weeks():
            self.refused(WeekNotRunnable, work)
            return
        done = self.do(work)
        if preview:
            assert (done.week.code, done.closed_early) == (week, week == self.week)
        else:
            assert [run.week.code for run in done] == [week]
            model.run(week)

    @rule(event=an_event)
    def undo(self, event: str) -> None:
        model = self.touch(event)
        if not model.runs:
            self.refused(NothingToUndo, self.backend.undo(event))
            return
        week = model.undo()
        self.undone[event].append(self.clock.now)
        assert self.do(self.backend.undo(event)) == f"{week // 100}-W{week % 100:02}"

    @rule(event=an_event, player=a_player, score=a_score, ago=a_while)
    def add(self, event: str, player: int, score: str, ago: timedelta) -> None:
        model, at = self.touch(event), self.clock.now - ago
        who = NewMember(player, f"player{player}", f"Player {player}")
        addition = self.backend.real.services.additions.add(ADMIN, event, who, float(score), at)
        if player in self.withdrawn:
            self.refused(PlayerWithdrawn, addition)
            return
        closed = self.closed_by(event, at)
        made_in = code_of(at.astimezone(ZoneInfo(self.zone)).date())
        if outside := model.is_outside(first_open(made_in, closed)):
            self.refused(EventNotBegun if outside < 0 else EventEnded, addition)
            return
        entry = model.add(player, float(score), made_in, closed)
        result = self.do(addition)
        assert (result.submission.week.code, result.week_is_rerun) == (entry.week, entry.week in model.runs)
        assert result.personal_best == model.bests()[player]

    @rule(event=an_event, player=a_player, score=a_score, approves=st.booleans(), closes=st.booleans())
    def hold(self, event: str, player: int, score: str, approves: bool, closes: bool) -> None:
        """A score beyond the alarm bounds waits; its week may be closed meanwhile."""
        model, real = self.touch(event), self.backend.real.services
        if not self.takes_scores(event, player):
            return
        at, week = self.clock.now, self.week
        self.do(real.events.edit(ADMIN, event, EventOptions(alarm_min="999999999.9999")))
        self.held += 1
        self.refused(ScoreHeld, self.backend.submit(player, score, event, interaction_id=FIRST_HELD + self.held))
        self.do(real.events.edit(ADMIN, event, EventOptions(alarm_min="none")))
        assert self.do(differences(self.backend, self.events[event], model, self.week)) == []
        if closes:
            self.run_what_is_due(event)
        review = self.do(real.reviews.look(ADMIN))
        assert isinstance(review, Review)
        counts_for = first_open(week, self.closed_by(event, at))
        assert (review.held.score, review.held.week.code, review.waiting) == (float(score), counts_for, 1)
        if not approves:
            self.do(real.reviews.refuse(ADMIN, review.held.id))
            return
        entry = model.add(player, float(score), week, self.closed_by(event, at))
        result = self.do(real.reviews.approve(ADMIN, review.held.id))
        assert (result.submission.week.code, result.week_is_rerun) == (entry.week, entry.week in model.runs)

    @rule(
        event=an_event,
        rows=st.lists(st.tuples(a_player, a_score, a_while), min_size=1, max_size=4),
        keeps=st.booleans(),
    )
    def import_scores(self, event: str, rows: list[tuple[int, str, timedelta]], keeps: bool) -> None:
        """Imported scores count as if an admin had added them; an undone import leaves no trace."""
        model, transfer = self.touch(event), self.backend.real.services.transfer
        players = [player for player in range(1, 6) if self.takes_scores(event, player)]
        if not players:
            return
        if not keeps:
            self.recalculate(event)
        before = self.do(numbers(self.backend, self.events[event].id))
        lines = [
            f"<@{players[number % len(players)]}>,{score},{self.clock.now - ago:%Y-%m-%d %H:%M}Z"
            for number, score, ago in rows
        ]
        try:
            work = transfer.import_scores(ADMIN, event, "\n".join(["player,score,time", *lines]).encode())
            imported = self.do(work)
        except NothingToImport:
            return
        added = []
        for one in imported.plan.new:
            entry = model.add(one.player, one.score, one.made_in.code, self.closed_by(event, one.at))
            assert (one.week.code, one.is_late) == (entry.week, entry.week in model.runs)
            added.append(entry)
        assert self.do(differences(self.backend, self.events[event], model, self.week)) == []
        if keeps:
            return
        for entry in added:
            model.log.remove(entry)
            model.rerun(entry, counts=False)
        self.do(transfer.take_back(ADMIN, event, imported.import_id))
        self.recalculate(event)
        assert self.do(numbers(self.backend, self.events[event].id)) == before

    def takes_scores(self, event: str, player: int) -> bool:
        """Tell whether an event takes scores of a player who has submitted before."""
        known = any(model.of(player) + model.of(player, removed=True) for model in self.models.values())
        model = self.models[event]
        is_open = event not in self.archived and not model.is_outside(model.open_week(self.week))
        return known and is_open and player not in self.withdrawn

    def closed_by(self, event: str, at: datetime) -> set[int]:
        """Return the weeks of an event that were run by then."""
        runs = self.do(tables.rows(self.backend.database, WeeklyRun))
        of_event = [row for row in runs if row["event_id"] == self.events[event].id]
        return {row["week_number"] for row in of_event if row["ran_at"] <= at}

    @rule(event=an_event, player=a_player, reruns=st.booleans())
    def remove_a_best(self, event: str, player: int, reruns: bool) -> None:
        model = self.touch(event)
        removal = self.backend.real.services.removals.remove(ADMIN, event, player, reruns_week=reruns)
        entries = model.of(player)
        if not entries:
            self.refused(NothingToRemove, removal)
            return
        best = (max if model.high else min)(entry.score for entry in entries)
        entry = next(entry for entry in reversed(entries) if entry.score == best)
        entry.removed = True
        if reruns:
            model.rerun(entry, counts=False)
        result = self.do(removal)
        assert (result.submission.score, result.submission.week.code, result.personal_best) == (
            best,
            entry.week,
            model.bests().get(player),
        )

    @rule(event=an_event, player=a_player, which=some, reruns=st.booleans())
    def remove_any(self, event: str, player: int, which: int, reruns: bool) -> None:
        model, removals = self.touch(event), self.backend.real.services.removals
        entries = model.of(player)
        offered = self.do(removals.listed(ADMIN, event, player, are_removed=False))
        assert [score.score for score in offered] == [entry.score for entry in entries]
        if entries:
            entry = entries[which % len(entries)]
            entry.removed = True
            key = offered[which % len(entries)].key
            was_counted = entry in model.taken.get(entry.week, ())
            if reruns:
                model.rerun(entry, counts=False)
            result = self.do(removals.remove(ADMIN, event, player, key, reruns_week=reruns))
            assert (result.submission.score, result.was_counted) == (entry.score, was_counted)

    @rule(event=an_event, player=a_player, which=some, reruns=st.booleans())
    def restore(self, event: str, player: int, which: int, reruns: bool) -> None:
        model, removals = self.touch(event), self.backend.real.services.removals
        entries = model.of(player, removed=True)
        offered = self.do(removals.listed(ADMIN, event, player, are_removed=True))
        assert [score.score for score in offered] == [entry.score for entry in entries]
        if not entries:
            self.refused(NothingToRestore, removals.restore(ADMIN, event, player))
            return
        entry = entries[which % len(entries)]
        entry.removed = False
        if reruns:
            model.rerun(entry, counts=True)
        key = offered[which % len(entries)].key
        result = self.do(removals.restore(ADMIN, event, player, key, reruns_week=reruns))
        assert (result.submission.score, result.personal_best) == (entry.score, model.bests().get(player))

    @rule(event=an_event, player=a_player, are_gone=st.booleans())
    def withdraw_or_return(self, event: str, player: int, are_gone: bool) -> None:
        self.touch(event)
        withdrawals = self.backend.real.services.withdrawals
        change = withdrawals.withdraw if are_gone else withdrawals.bring_back
        models = [*self.models.values(), *self.past.values()]
        if not any(model.of(player) + model.of(player, removed=True) for model in models):
            self.refused(NeverSubmitted, change(ADMIN, player))
        elif are_gone == (player in self.withdrawn):
            self.refused(AlreadyWithdrawn if are_gone else NotWithdrawn, change(ADMIN, player))
        else:
            self.withdrawn ^= {player}
            assert len(self.do(change(ADMIN, player)).events) == sum(
                any(not entry.removed for entry in model.of(player)) for model in models
            )

    @rule(event=an_event, player=a_player, which=some, everywhere=st.booleans(), gives=st.booleans())
    def excuse_or_take_back(self, event: str, player: int, which: int, everywhere: bool, gives: bool) -> None:
        model, excuses = self.touch(event), self.backend.real.services.excuses
        weeks = [*model.runs, self.week]
        week, where = weeks[which % len(weeks)], None if everywhere else event
        change = excuses.excuse if gives else excuses.take_back
        changed = change(ADMIN, player, f"{week // 100}-W{week % 100:02}", where)
        excuse, known = (where, player, week), self.excuses
        models = self.models | self.past
        if not any(model.of(player) + model.of(player, removed=True) for model in models.values()):
            self.refused(NeverSubmitted, changed)
        elif gives and ({excuse, (None, player, week)} & known):
            self.refused(AlreadyExcused, changed)
        elif not gives and excuse not in known:
            self.refused(NotExcused, changed)
        else:
            before = {name: model.archive(player) for name, model in models.items()}
            self.excuses ^= {excuse}
            for name, model in models.items():
                model.excused = {(who, when) for there, who, when in self.excuses if there in (None, name)}
            affected = {name for name, model in models.items() if model.archive(player) != before[name]}
            assert {event.name for event in self.do(changed).events} == affected

    @precondition(lambda self: len(self.former) < MOST_FORMER)
    @rule(event=an_event, player=a_player)
    def erase(self, event: str, player: int) -> None:
        self.touch(event)
        erased = self.backend.real.services.privacy.erase(player, "Former player")
        models = [*self.models.values(), *self.past.values()]
        if not any(model.of(player) + model.of(player, removed=True) for model in models):
            self.refused(NothingStored, erased)
            return
        self.do(erased)
        players = {row["discord_id"] for row in self.do(tables.rows(self.backend.database, Player))}
        [former] = {who for who in players if who < 0} - self.former
        self.former.add(former)
        for model in models:
            model.rename(player, former)
        if player in self.withdrawn:
            self.withdrawn ^= {player, former}
        self.excuses = {(where, former if who == player else who, week) for where, who, week in self.excuses}

    @rule(event=an_event, archive=rarely)
    def archive_or_restore(self, event: str, archive: bool) -> None:
        self.touch(event)
        self.do(self.backend.real.services.events.edit(ADMIN, event, EventOptions(is_active=not archive)))
        self.archived = self.archived | {event} if archive else self.archived - {event}

    @rule(event=an_event, rules=some_rules, reverses=rarely)
    def rules_change(self, event: str, rules: Rules, reverses: bool) -> None:
        model = self.touch(event)
        direction = direction_of(model.high != reverses)
        proposal = replace(proposal_of(rules), direction=direction)
        rehearsal = self.do(self.backend.real.services.rehearsals.rehearse(ADMIN, event, proposal))
        work = self.backend.real.services.rules.change(ADMIN, event, rules, direction)
        if rules == model.rules and not reverses:
            self.refused(NothingToChange, work)
        else:
            before = self.do(work).before
            assert (before.rules, before.direction) == (model.rules, direction_of(model.high))
        model.rules, model.high = rules, model.high != reverses
        self.recalculate(event)
        assert self.do(not_as_told(self.backend, rehearsal)) == []

    @rule(event=an_event, rules=some_rules, reverses=rarely)
    def rules_change_and_change_back(self, event: str, rules: Rules, reverses: bool) -> None:
        model = self.touch(event)
        if rules == model.rules and not reverses:
            return
        self.recalculate(event)
        before = self.do(numbers(self.backend, self.events[event].id))
        for chosen, is_high in ((rules, model.high != reverses), (model.rules, model.high)):
            self.do(self.backend.real.services.rules.change(ADMIN, event, chosen, direction_of(is_high)))
        assert self.do(numbers(self.backend, self.events[event].id)) == before

    @rule(event=an_event, first=maybe_weeks, last=maybe_weeks)
    def begins_and_ends(self, event: str, first: int | None, last: int | None) -> None:
        model = self.touch(event)
        weeks = [None if some is None else week_after(self.week, some) for some in (first, last)]
        texts = ["none" if week is None else f"{week // 100}-W{week % 100:02}" for week in weeks]
        options = EventOptions(first_week=texts[0], last_week=texts[1])
        edit = self.backend.real.services.events.edit(ADMIN, event, options)
        begin, end = weeks[0] or 0, weeks[1] or 999999
        scored = [entry.week for entry in model.log]
        if begin > end:
            self.refused(SeasonSwapped, edit)
        elif scored and (begin > min(scored) or end < max(scored)):
            self.refused(SeasonHasScores, edit)
        elif not scored and end < self.week:
            self.refused(SeasonOver, edit)
        else:
            self.do(edit)
            model.first, model.last = begin, end

    @rule(event=an_event)
    def begin_again(self, event: str) -> None:
        model = self.touch(event)
        again = self.backend.real.services.events.begin_again(ADMIN, event)
        if model.open_weeks():
            self.refused(SeasonOpen, again)
        elif not model.runs:
            self.refused(SeasonEmpty, again)
        else:
            begun = self.do(again)
            self.events[event], self.past[begun.archived.name] = begun.event, model
            self.excuses = {(begun.archived.name if one[0] == event else one[0], *one[1:]) for one in self.excuses}
            following = week_after(max(model.runs), 1)
            going = [entry for entry in model.log if entry.week >= following]
            first = min([max(following, self.week), *(entry.week for entry in going)])
            self.models[event] = Model(model.high, self.withdrawn, log=going, rules=model.rules, first=first)
            model.log = [entry for entry in model.log if entry.week < following]
            self.models[event].excused = {(who, when) for there, who, when in self.excuses if there is None}
            self.undone[event], self.archived = [], self.archived - {event}

    @rule(event=an_event)
    def carry_elsewhere(self, event: str) -> None:
        self.recalculate(event)
        transfer, self.servers = self.backend.real.services.transfer, self.servers + 1
        exported = self.do(transfer.export(ADMIN, event))
        # The clock may have been set back behind the times in the file, which another server would refuse.
        now, self.clock.now = self.clock.now, LATER
        self.do(transfer.import_event(replace(ADMIN, guild_id=GUILD + self.servers), exported.content))
        self.clock.now = now
        events = self.do(tables.rows(self.backend.database, Event))
        [copy] = [row["id"] for row in events if row["guild_id"] == GUILD + self.servers]
        here, there = (self.do(numbers(self.backend, key)) for key in (self.events[event].id, copy))
        assert there == here

    @rule(event=an_event)
    def recalculate(self, event: str) -> None:
        self.touch(event)
        self.do(self.backend.real.scoring.recalculate(self.events[event].id))
        assert self.events[event].id not in self.do(self.backend.real.scoring.stale_events())

    @rule(are_large=st.booleans())
    def events_grow_or_shrink(self, are_large: bool) -> None:
        self.size.close()
        if are_large:
            self.size.enter_context(as_if_large())

    @rule(by=st.sampled_from([HOUR, DAY, WEEK, WEEK, WEEK, 3 * WEEK, -HOUR, -DAY, -WEEK]))
    def clock_moves(self, by: timedelta) -> None:
        self.clock.now += by

    @rule(moment=st.sampled_from(MOMENTS))
    def clock_jumps(self, moment: datetime) -> None:
        self.clock.now = moment

    @rule(zone=st.sampled_from(ZONES))
    def zone_changes(self, zone: str) -> None:
        # If another time zone had the week over once before, the previous week is the next to close.
        closes = self.open_since if self.next_close >= self.closing[1] else self.open_since - WEEK
        shown = self.do(self.backend.real.services.settings.change(ADMIN, time_zone=zone))
        self.zone = zone
        if self.next_close <= self.clock.now:
            self.next_close = self.clock.now
        elif closes >= self.open_since:
            self.next_close = self.closing[1]
        assert shown.next_close == self.next_close

    @invariant()
    def is_what_the_model_says(self) -> None:
        event = self.events[self.touched]
        assert self.do(differences(self.backend, event, self.models[self.touched], self.week)) == []


def season_on(url: URL) -> type[Season]:
    """Return the state machine for one database."""

    class SeasonOnDatabase(Season):
        def __init__(self) -> None:
            super().__init__(url)

    return SeasonOnDatabase
