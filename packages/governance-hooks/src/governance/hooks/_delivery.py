"""Brings an event to its destinations, or leaves it where it is not lost and says where."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.logger import get_logger

from governance.hooks._audit import record_alert
from governance.hooks._event import Event
from governance.hooks._ledger import COUNTED, Claim, claim, is_within, release, settle, told_before
from governance.hooks._letter import Letter, letter_id, subject_id
from governance.hooks._post import POSTING_SHARE, post
from governance.hooks._redaction import redact
from governance.hooks._returned import (
    Report,
    draining,
    forget,
    has_waiting,
    keep,
    keeping,
    no_report,
    stay_in_log,
)
from governance.hooks._routing import destinations
from governance.hooks._settings import settings
from governance.hooks._stack import alerter_models
from governance.hooks._watcher import Task, watcher
from governance.hooks._wording import headline

if TYPE_CHECKING:
    from typing import TypeAlias

    from zenml.models import ComponentResponse

    Address: TypeAlias = tuple[ComponentResponse, str | None]

logger = get_logger(__name__)


@dataclass(frozen=True)
class Announcement:
    """An event that is to be told, once, by whichever process is first.

    Attributes:
        key: What it is about: the same text in every process.
        event: What is known at once: enough to route it.
        explain: Adds what takes time to find out; called by the process that tells it.
        run_id: The run.
        project_id: The run's project.
        stack_id: The run's stack.
        report: Told what became of each letter.
    """

    key: str
    event: Event
    explain: Callable[[Event], Event]
    run_id: UUID
    project_id: UUID
    stack_id: UUID
    report: Report = no_report

    @cached_property
    def explained(self) -> Event:
        """The event with all that a reader wants to know."""
        return self.explain(self.event)

    def letter(self, alerter: "ComponentResponse", channel: str | None) -> Letter:
        """Address the event to one destination."""
        subject = subject_id(self.key)
        return Letter(
            id=letter_id(subject, alerter.id, channel),
            subject=subject,
            event=self.event,
            run_id=self.run_id,
            project_id=self.project_id,
            alerter_id=alerter.id,
            alerter=alerter.name,
            channel=channel,
        )


def announcing(known: Callable[[], Event], describe: Callable[[], Announcement]) -> Task:
    """Plan the delivery of an event to all its destinations.

    Args:
        known: Tells what is known without asking ZenML, for the log where all else fails.
        describe: Tells what is to be announced; it may take its time.

    Returns:
        A task that finds the destinations and submits one delivery for each.
    """

    def announce() -> None:
        announcement = describe()
        own = alerter_models(announcement.stack_id)
        found = destined(announcement.event, own)
        if not found:
            nobody = "has no alerter" if not own else "has alerters, but no route leads to them"
            stay_in_log(
                announcement.explained,
                f"The stack '{announcement.event.stack}' {nobody}",
                announcement.report,
            )
        deliver(announcement, found)

    def abandon(reason: str) -> None:
        stay_in_log(known(), f"The alerters could not be read ({redact(reason)})", no_report)

    return Task(announce, abandon)


def deliver(announcement: Announcement, to: "Iterable[Address]") -> list[Letter]:
    """Claim an event for some destinations and submit a delivery for each.

    All are claimed before the first is told, so that a process that dies in between leaves
    marks of what is missing.

    Args:
        announcement: What is to be told.
        to: Alerters with the channel, None for an alerter's own default.

    Returns:
        The letters left to other processes, which have claimed or told them.
    """
    addresses = list(to)
    term = settings().deadline * len(addresses)
    left = []
    for alerter, channel in addresses:
        letter = announcement.letter(alerter, channel)
        if (claimed := claim(letter, term)) is None:
            left.append(letter)
        else:
            watcher.submit(_Delivery(announcement, alerter, claimed).task)
    return left


def destined(event: Event, own: "list[ComponentResponse]") -> "list[Address]":
    """Find who is to be told.

    Args:
        event: What happened.
        own: The alerters of the run's stack.

    Returns:
        Alerters with the channel, None for an alerter's own default.
    """
    routed = destinations(event, settings().routes)
    if routed is None:
        return [(model, None) for model in own]
    by_name = {model.name: model for model in own}
    found: list[Address] = []
    for to in routed:
        if (model := by_name.get(to.alerter) or _registered(to.alerter)) is not None:
            found.append((model, to.channel))
            continue
        logger.error(
            "The settings route to the alerter '%s', which is not registered: every alerter of "
            "the run's stack is told instead.",
            to.alerter,
        )
        found += [(own_model, None) for own_model in own]
    return list({(model.id, channel): (model, channel) for model, channel in found}.values())


def _registered(name: str) -> "ComponentResponse | None":
    try:
        return Client().get_stack_component(
            StackComponentType.ALERTER, name, allow_name_prefix_match=False
        )
    except KeyError:
        return None


class _Delivery:
    """One event on its way to one destination."""

    def __init__(
        self, announcement: Announcement, alerter: "ComponentResponse", claimed: Claim
    ) -> None:
        self._announcement = announcement
        self._alerter = alerter
        self._claim = claimed
        self._letter = claimed.letter
        self._given_up = False

    @property
    def task(self) -> Task:
        return Task(self._deliver, self._abandon, POSTING_SHARE)

    def _deliver(self) -> None:
        stack_id, report = self._announcement.stack_id, self._announcement.report
        letter = self._letter = replace(self._letter, event=self._announcement.explained)
        told = told_before(letter) if settings().repeat_window and letter.event.causes else None
        if told is not None:
            if is_within(told, settings().repeat_window):
                settle(letter, COUNTED)
                logger.info("The same failure was told at %s, so it is counted.", told.since)
                report(letter.alerter, headline(letter.event), "counted")
                return
            if told.count:
                letter = self._letter = replace(letter, event=replace(letter.event, repeats=told))
        if has_waiting(stack_id, letter.folder):
            # Messages arrive in the order of the events.
            keep(stack_id, letter, report)
            release(self._claim)
            watcher.submit(draining(stack_id, letter.folder, report))
        elif (reason := post(self._alerter, letter.event, letter.channel)) is not None:
            keep(stack_id, letter.returned(reason), report)
            release(self._claim)
        else:
            settle(letter)
            record_alert(letter, stack_id, "sent")
            report(letter.alerter, headline(letter.event), "told")
            if self._given_up:  # the channel took it after all, once it was in the outbox
                forget(stack_id, letter)

    def _abandon(self, reason: str) -> None:
        self._given_up = True
        stack_id, report = self._announcement.stack_id, self._announcement.report
        watcher.submit(keeping(stack_id, self._letter.returned(redact(reason)), report))
