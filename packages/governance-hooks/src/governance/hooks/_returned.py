"""Letters that came back: kept in the outbox, delivered late, or left in the log."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, TypeAlias
from uuid import UUID

from zenml.client import Client
from zenml.enums import StackComponentType
from zenml.logger import get_logger

from governance.hooks import _outbox
from governance.hooks._audit import record_alert
from governance.hooks._event import Event
from governance.hooks._ledger import claim, is_settled, release, settle
from governance.hooks._letter import Letter
from governance.hooks._message import render
from governance.hooks._post import POSTING_SHARE, post
from governance.hooks._redaction import redact
from governance.hooks._settings import settings
from governance.hooks._stack import artifact_store
from governance.hooks._time import now
from governance.hooks._watcher import Task, watcher
from governance.hooks._wording import headline

if TYPE_CHECKING:
    from zenml.artifact_stores import BaseArtifactStore

logger = get_logger(__name__)

# What became of a letter: told, counted as a repeat, waiting in the outbox, set aside as
# undeliverable, or left in the log.
Result = Literal["told", "counted", "waiting", "undeliverable", "logged"]
# Told the alerter, what the message says (or where it is kept), and what became of it.
Report: TypeAlias = Callable[[str, str, Result], None]

# A letter that was refused so often while the next one is taken is at fault itself.
_PATIENCE = 3


def no_report(alerter: str, message: str, result: Result) -> None:
    """Report to nobody: the log says what became of each letter."""


def has_waiting(stack_id: UUID, folder: str) -> bool:
    """Tell whether letters wait for a destination.

    Args:
        stack_id: The stack whose artifact store has the outbox.
        folder: The destination, as `Letter.folder` gives it.

    Returns:
        Whether any wait; False where the store cannot be read, which must not stop a message.
    """
    try:
        return bool(_outbox.waiting(artifact_store(stack_id), folder))
    except Exception as error:  # noqa: BLE001 whatever it is, the next message can still be posted
        logger.warning("The outbox could not be read: %s", redact(f"{error}"))
        return False


def keep(stack_id: UUID, letter: Letter, report: Report) -> None:
    """Put a letter in the outbox, or all of it in the log.

    Args:
        stack_id: The stack whose artifact store has the outbox.
        letter: The letter.
        report: Told which of the two it was.
    """
    try:
        path = _outbox.put(artifact_store(stack_id), letter)
    except Exception as error:  # noqa: BLE001 whatever it is, the letter must not be lost
        _keep_in_log(stack_id, letter, redact(f"{type(error).__name__}: {error}"), report)
        return
    logger.warning(
        "The alerter '%s' did not take the message (%s): %s\nIt waits in %s and goes out with the "
        "next hook or `governance-hooks reconcile`.",
        letter.alerter,
        letter.reason or "earlier ones wait",
        headline(letter.event),
        path,
    )
    # One that only waits for earlier ones was not refused: what becomes of it is told later.
    if letter.reason is not None:
        record_alert(letter, stack_id, "undelivered", letter.reason)
    report(letter.alerter, headline(letter.event), "waiting")


def keeping(stack_id: UUID, letter: Letter, report: Report) -> Task:
    """Plan to put a letter in the outbox.

    Args:
        stack_id: The stack whose artifact store has the outbox.
        letter: The letter.
        report: Told what became of it.

    Returns:
        A task that loses nothing where the store hangs: all of the letter is in the log then.
    """
    return Task(
        lambda: keep(stack_id, letter, report),
        lambda reason: _keep_in_log(stack_id, letter, redact(reason), report),
    )


def forget(stack_id: UUID, letter: Letter) -> None:
    """Take a letter out of the outbox that its channel took after all.

    Args:
        stack_id: The stack whose artifact store has the outbox.
        letter: The letter.
    """
    store = artifact_store(stack_id)
    _outbox.remove(store, _outbox.path_of(store, letter))


def stay_in_log(event: Event, reason: str, report: Report) -> None:
    """Leave a message in the log, whole.

    Args:
        event: What happened.
        reason: Why it goes no further, as the beginning of a sentence.
        report: Told that it stayed there.
    """
    level = logging.INFO if event.severity in {"info", "recovery"} else logging.ERROR
    logger.log(level, "%s, so the message stays in this log:\n%s", reason, render(event))
    report("-", headline(event), "logged")


def draining(stack_id: UUID, folder: str, report: Report = no_report) -> Task:
    """Plan to deliver the letters that wait for a destination, oldest first.

    Args:
        stack_id: The stack whose artifact store has the outbox.
        folder: The destination, as `Letter.folder` gives it.
        report: Told what became of each letter.

    Returns:
        A task that delivers one letter and submits itself again until none is left or the
        channel takes none.
    """

    def drain() -> None:
        store = artifact_store(stack_id)
        refused: tuple[str, Letter] | None = None
        for path in _outbox.waiting(store, folder):
            result = _deliver(stack_id, store, path, report)
            if result == "told":
                if refused is not None:
                    _set_aside(store, *refused, "its alerter takes others, but not this", report)
                watcher.submit(draining(stack_id, folder, report))
                return
            if result == "claimed":
                return  # another process is at it, and keeps the order
            if isinstance(result, Letter):
                if refused is not None or result.refused <= _PATIENCE:
                    return
                refused = path, result

    def abandon(reason: str) -> None:
        logger.warning(
            "Letters wait in the outbox %s of the stack's artifact store for the next hook or "
            "`governance-hooks reconcile`: %s",
            folder,
            redact(reason),
        )

    return Task(drain, abandon, POSTING_SHARE)


def _deliver(
    stack_id: UUID, store: "BaseArtifactStore", path: str, report: Report
) -> Letter | Literal["told", "claimed", "gone"]:
    """Deliver a waiting letter; give it back if it was refused."""
    if (letter := _read(store, path, report)) is None:
        return "gone"
    if (claimed := claim(letter, settings().deadline)) is None:
        if not is_settled(letter):
            return "claimed"
        _outbox.remove(store, path)
        return "gone"
    late = letter.late(now())
    try:
        model = Client().get_stack_component(StackComponentType.ALERTER, letter.alerter_id)
    except KeyError:
        _set_aside(store, path, letter, "its alerter is no longer registered", report)
        return "gone"
    if (reason := post(model, late.event, letter.channel)) is None:
        settle(letter)
        record_alert(letter, stack_id, "sent")
        _outbox.remove(store, path)
        report(letter.alerter, headline(late.event), "told")
        return "told"
    returned = letter.returned(reason)
    _outbox.put(store, returned)
    release(claimed)
    logger.warning("The alerter '%s' still takes no message: %s", letter.alerter, reason)
    report(letter.alerter, headline(letter.event), "waiting")
    return returned


def _read(store: "BaseArtifactStore", path: str, report: Report) -> Letter | None:
    try:
        return _outbox.read(store, path)
    except ValueError as error:
        _set_aside(store, path, None, f"it is no letter: {redact(str(error))}", report)
        return None


def _set_aside(
    store: "BaseArtifactStore", path: str, letter: Letter | None, why: str, report: Report
) -> None:
    aside = _outbox.set_aside(store, path)
    logger.error("A message cannot be delivered, as %s. It is kept in %s", why, aside)
    report(letter.alerter if letter else "-", aside, "undeliverable")


def _keep_in_log(stack_id: UUID, letter: Letter, reason: str, report: Report) -> None:
    why = (
        f"The alerter '{letter.alerter}' did not take the message "
        f"({letter.reason or 'earlier ones wait'}) and it could not be put in the outbox ({reason})"
    )
    record_alert(letter, stack_id, "undelivered", why)
    stay_in_log(letter.event, why, report)
