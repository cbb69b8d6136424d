"""The buttons of `/event rehearse`, and the button that explains the ratings of a week."""

import re
from typing import Any

from discord import ButtonStyle, Interaction

from bot.cogs._answering import actor_of, answer
from bot.cogs._buttons import EVENT, WEEK, IdButton
from bot.cogs._questions import KeepButton, agree
from bot.cogs._services import services_of
from bot.domain.rehearsals import Rehearsal, read_rules, write_rules
from bot.ui.card import Reply
from bot.ui.rehearsals import show_explanation, show_rehearsal, show_rules_change

RULES_BUTTON_ID = re.compile(rf"rules:apply:{EVENT}:(?P<rules>[a-z][a-z0-9.,-]{{0,68}})")


def ask_to_apply(rehearsal: Rehearsal) -> Reply:
    """Show a rehearsal, with buttons that apply or drop its rules."""
    shown, rules = show_rehearsal(rehearsal), rehearsal.after.rules
    if rules == rehearsal.before.rules:
        return shown
    return shown.with_buttons([RulesButton(rehearsal.event.id, write_rules(rules)), KeepButton()])


class RulesButton(IdButton, template=RULES_BUTTON_ID):
    """A button below a rehearsal; its id names the proposed rules."""

    def __init__(self, event_id: int, rules: str) -> None:
        """Give an event these rules, in the form of `write_rules`."""
        self.event_id, self.rules = event_id, rules
        super().__init__("Apply", f"rules:apply:{event_id}:{rules}", ButtonStyle.danger)

    async def press(self, interaction: Interaction[Any]) -> None:
        """Apply the rules and show everyone."""
        services, actor = services_of(interaction), actor_of(interaction)
        change = services.rules.change(actor, self.event_id, read_rules(self.rules))
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
