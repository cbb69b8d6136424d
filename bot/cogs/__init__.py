"""Slash commands: each one parses its options, calls one service and shows the result."""

from bot.cogs._buttons import answer_lost_click
from bot.cogs._delivery import UNDELIVERED, interrupt
from bot.cogs._jobs import handlers_of
from bot.cogs._modals import answer_modal
from bot.cogs._questions import KeepButton, WhyButton, WhyModal
from bot.cogs._score_form import SubmitButton
from bot.cogs._services import Services
from bot.cogs._tree import LeaderboardTree
from bot.cogs.audit import Audit, AuditButton
from bot.cogs.boards import Boards
from bot.cogs.events import Events, SeasonButton
from bot.cogs.help import Help, HelpButton
from bot.cogs.history import History, HistoryButton, PastBoardButton
from bot.cogs.moderation import AddButton, ExcuseButton, MembershipButton, Moderation, ScoreButton
from bot.cogs.pictures import PictureButton
from bot.cogs.privacy import EraseButton, EraseModal, Privacy
from bot.cogs.profiles import Profiles, RivalButton, profile_of_user
from bot.cogs.ratings import RatingButton, Ratings, ShareButton
from bot.cogs.rehearsals import RatedButton, RulesButton
from bot.cogs.reminders import Reminders, StopButton, SwitchButton
from bot.cogs.reviews import RefusalModal, ReviewButton, Reviews, TakeHeldBackButton
from bot.cogs.servers import SETUP_MODALS, Servers, SetupButton
from bot.cogs.standings import PageButton, PastWeeksButton, Standings
from bot.cogs.submissions import (
    MeaningButton,
    MessageModal,
    ScoreModal,
    Submissions,
    UndoButton,
    submit_message,
)
from bot.cogs.targets import TargetButton, Targets
from bot.cogs.transfer import ImportButton, ImportEventButton, TakeBackButton, Transfer
from bot.cogs.weeks import WeekButton, Weeks

COGS = (
    Help,
    Submissions,
    Standings,
    Ratings,
    Targets,
    History,
    Profiles,
    Reminders,
    Boards,
    Weeks,
    Events,
    Moderation,
    Reviews,
    Servers,
    Audit,
    Transfer,
    Privacy,
)
"""The cogs, each with the slash commands of one area. Other areas have only buttons, jobs or `/event` subcommands."""

BUTTONS = (
    PageButton,
    RatingButton,
    ShareButton,
    PictureButton,
    TargetButton,
    PastWeeksButton,
    HistoryButton,
    PastBoardButton,
    HelpButton,
    RivalButton,
    SwitchButton,
    StopButton,
    MeaningButton,
    SubmitButton,
    UndoButton,
    WeekButton,
    KeepButton,
    WhyButton,
    AddButton,
    ScoreButton,
    MembershipButton,
    ExcuseButton,
    SeasonButton,
    ReviewButton,
    TakeHeldBackButton,
    RatedButton,
    RulesButton,
    AuditButton,
    EraseButton,
    SetupButton,
    ImportButton,
    ImportEventButton,
    TakeBackButton,
)
"""The buttons that still work after a restart."""

MODALS = (ScoreModal, MessageModal, RefusalModal, WhyModal, EraseModal, *SETUP_MODALS)
"""The modals that can still be submitted after a restart."""

MENUS = (submit_message, profile_of_user)
"""The commands in the context menus of messages and users."""

__all__ = [
    "BUTTONS",
    "COGS",
    "MENUS",
    "MODALS",
    "UNDELIVERED",
    "LeaderboardTree",
    "Services",
    "answer_lost_click",
    "answer_modal",
    "handlers_of",
    "interrupt",
]
