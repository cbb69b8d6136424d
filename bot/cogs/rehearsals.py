"""The buttons of `/event rehearse`, and the button that explains the ratings of a week."""

import re
from typing import Any

from discord import ButtonStyle, Interaction

from bot.cogs._answering import actor_of, answer
from bot.cogs._buttons import EVENT, WEEK, IdButton
from bot.cogs._questions import KeepButton, agree
from bot.cogs._services import services_of
from bot.domain.rehearsals import Rehearsal, digest_of, read_rules, write_rules
from bot.ui.card import Reply
from bot.ui.rehearsals import show_explanation, show_rehearsal, show_rules_change

RULES_BUTTON_ID = re.compile(rf"rules:{EVENT}:(?P<rehearsed>x[0-9a-f]{{4}}):(?P<rules>[A-Z]+,[a-z][a-z0-9.,-]{{0,68}})")


def ask_to_apply(rehearsal: Rehearsal) -> Reply:
    """Show a rehearsal, with buttons that apply or drop its rules."""
    shown, before, after = show_rehearsal(rehearsal), rehearsal.before, rehearsal.after
    if not rehearsal.is_change:
        return shown
    rehearsed, rules = digest_of(before.direction, before.rules), write_rules(after.direction, after.rules)
    return shown.with_buttons([RulesButton(rehearsal.event.id, rehearsed, rules), KeepButton()])


class RulesButton(IdButton, template=RULES_BUTTON_ID):
    """A button below a rehearsal; its id names the proposed rules, and the digest of those compared with."""

    def __init__(self, event_id: int, rehearsed: str, rules: str) -> None:
        """Give an event these rules, in the form of `write_rules`, if it still has those of `rehearsed`."""
        self.event_id, self.rehearsed, self.rules = event_id, rehearsed, rules
        super().__init__("Apply", f"rules:{event_id}:{rehearsed}:{rules}", ButtonStyle.danger)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Apply the rules and show everyone."""
        services, actor = services_of(interaction), actor_of(interaction)
        direction, rules = read_rules(self.rules)
        change = services.rules.change(actor, self.event_id, rules, direction, rehearsed=self.rehearsed)
        await agree(interaction, change, show_rules_change)


class RatedButton(IdButton, template=rf"rated:{EVENT}:{WEEK}"):
    """A button that explains to anyone who clicks it how the scores of a closed week were rated."""

    def __init__(self, event_id: int, week: str) -> None:
        """Explain the ratings of a week, such as 2026-W47."""
        self.event_id, self.week = event_id, week
        super().__init__("How was this rated?", f"rated:{event_id}:{week}")

    async def press(self, interaction: Interaction[Any]) -> None:
        """Explain, in private."""
        services, actor = services_of(interaction), actor_of(interaction)
        explained = services.rehearsals.explain(actor, self.event_id, self.week)
        await answer(interaction, explained, show_explanation, only_reads=True)
