"""Who may deliver a letter, and what became of it: marks that all processes see.

A mark is a hook invocation of the run with an id that follows from the letter's: the id is the
table's primary key, so of all processes that write the same mark one wins. A claim runs out, so
that a process that dies with it loses nothing but time; a letter that is settled stays so.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

from zenml.client import Client
from zenml.enums import ExecutionStatus, HookType

from governance.hooks._event import Repeats
from governance.hooks._letter import Letter
from governance.hooks._time import aware, now

if TYPE_CHECKING:
    from zenml.models import HookInvocationResponse, Page

# A mark's name is its kind, the fingerprint of the failure where it is a letter's, and its subject.
_PREFIX = "governance."
CLAIMED = f"{_PREFIX}claimed"
TOLD = f"{_PREFIX}told"
COUNTED = f"{_PREFIX}counted"
MEASURED = f"{_PREFIX}measured"

# Longer than any call may take: a claim must not run out under a process that lives.
_TERM = timedelta(seconds=60)
_PAGE = 500


@dataclass(frozen=True)
class Claim:
    """The right to deliver a letter, until it is settled or released."""

    id: UUID
    letter: Letter


def claim(letter: Letter, term: float = 0.0) -> Claim | None:
    """Claim the right to deliver a letter.

    Args:
        letter: The letter.
        term: Seconds that the delivery may take.

    Returns:
        The claim, or None if another process has it or the letter is settled.
    """
    start = now()
    until = start + _TERM + timedelta(seconds=term)
    for number in count():
        claim_id = _claim_id(letter, number)
        holder = _mark(letter, claim_id, CLAIMED, start, until)
        if holder is None:
            return Claim(claim_id, letter)
        if number == 0 and is_settled(letter):
            return None
        if holder.end_time is None or aware(holder.end_time) > start:
            return None
    raise AssertionError  # pragma: no cover - the count has no end


def release(claimed: Claim) -> None:
    """Give a claim back, so that the next process need not wait until it runs out.

    Args:
        claimed: The claim; its letter was not delivered.
    """
    with suppress(KeyError):  # a run that was deleted keeps no marks
        Client().zen_store.delete_hook_invocation(claimed.id)


def settle(letter: Letter, how: str = TOLD) -> None:
    """Note for good that nothing more is to be done about a letter.

    Args:
        letter: The letter.
        how: `TOLD`, or `COUNTED` where it repeats what was told.
    """
    moment = now()
    _mark(letter, _settled_id(letter), how, moment, moment)


def is_settled(letter: Letter) -> bool:
    """Tell whether nothing more is to be done about a letter.

    Args:
        letter: The letter.

    Returns:
        Whether any process settled it.
    """
    return _find(_settled_id(letter)) is not None


def is_first(run_id: UUID, project_id: UUID, subject: UUID) -> bool:
    """Note for good that this process measures something of a run, unless another one does.

    Args:
        run_id: The run.
        project_id: Its project.
        subject: What is measured, named the same in all processes.

    Returns:
        Whether this process is the first.
    """
    moment = now()
    name = f"{MEASURED}.{subject.hex}"
    return _write(subject, name, run_id, project_id, moment, moment) is None


def told_before(letter: Letter) -> Repeats | None:
    """Find the last time that the same failure was told to the same destination.

    Args:
        letter: The letter.

    Returns:
        When that was, and how many were counted in silence since; None if it never was.
    """
    same = f"startswith:{{}}.{letter.fingerprint}."
    newest = {"sort_by": "desc:start_time", "size": 1}
    last = _list(letter.project_id, name=same.format(TOLD), **newest).items
    if not last:
        return None
    since = last[0].start_time
    counted = _list(
        letter.project_id,
        name=same.format(COUNTED),
        start_time=f"gte:{since:%Y-%m-%d %H:%M:%S}",
        **newest,
    )
    return Repeats(counted.total, aware(since))


def is_within(told: Repeats, window: float) -> bool:
    """Tell whether a failure that was told still stands for the next ones.

    Args:
        told: What `told_before` found.
        window: Seconds.
    """
    return (now() - told.since).total_seconds() <= window


@dataclass(frozen=True)
class Marks:
    """What all processes did about the letters of a project.

    Attributes:
        ids: The ids of all marks.
        subjects: What the letters are about.
    """

    ids: frozenset[UUID]
    subjects: frozenset[UUID]

    def knows(self, letter: Letter) -> bool:
        """Tell whether any process has begun to tell a letter's subject to anyone."""
        return letter.subject in self.subjects

    def has_claim(self, letter: Letter) -> bool:
        """Tell whether any process has begun to deliver a letter."""
        return _claim_id(letter, 0) in self.ids

    def has_settled(self, letter: Letter) -> bool:
        """Tell whether nothing more is to be done about a letter."""
        return _settled_id(letter) in self.ids


def marks_since(project_id: UUID, since: datetime) -> Marks:
    """List all marks, for a reconciler that has to know them of many runs.

    Args:
        project_id: The project.
        since: Only marks made after this time, with time zone.

    Returns:
        The marks.
    """
    found: dict[UUID, str] = {}
    for page in count(1):
        marks = _list(
            project_id,
            name=f"startswith:{_PREFIX}",
            start_time=f"gte:{since.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}",
            sort_by="asc:start_time",
            page=page,
            size=_PAGE,
        )
        found.update((mark.id, mark.name or "") for mark in marks.items)
        if page >= marks.total_pages:
            break
    subjects = frozenset(UUID(name.rpartition(".")[2]) for name in found.values())
    return Marks(frozenset(found), subjects)


def _claim_id(letter: Letter, number: int) -> UUID:
    return uuid5(letter.id, f"claim {number}")


def _settled_id(letter: Letter) -> UUID:
    return uuid5(letter.id, "settled")


def _mark(
    letter: Letter, mark_id: UUID, kind: str, start: datetime, end: datetime
) -> "HookInvocationResponse | None":
    """Write a mark; None if it is ours, or else the mark that another process wrote."""
    name = f"{kind}.{letter.fingerprint}.{letter.subject.hex}"
    return _write(mark_id, name, letter.run_id, letter.project_id, start, end)


def _write(
    mark_id: UUID, name: str, run_id: UUID, project_id: UUID, start: datetime, end: datetime
) -> "HookInvocationResponse | None":
    from zenml.models import HookInvocationRequest  # noqa: PLC0415 loaded when a run is over

    # Tells a lost answer (the mark is ours) from a lost race (it is another's).
    nonce = f"governance.hooks.{uuid4().hex}"
    request = HookInvocationRequest(
        id=mark_id,
        project=project_id,
        hook_type=HookType.CUSTOM,
        name=name,
        status=ExecutionStatus.COMPLETED,
        start_time=start.replace(tzinfo=None),
        end_time=end.replace(tzinfo=None),
        source=nonce,
        pipeline_run_id=run_id,
    )
    try:
        Client().zen_store.create_hook_invocation(request)
    except KeyError:
        # The run was deleted, and with it the place for marks: a message twice is better than none.
        return None
    except Exception:
        # Which exception a taken id raises depends on the store: ask who has it.
        if (holder := _find(mark_id)) is None:
            raise
        return None if holder.source == nonce else holder
    return None


def _find(mark_id: UUID) -> "HookInvocationResponse | None":
    try:
        return Client().zen_store.get_hook_invocation(mark_id)
    except KeyError:
        return None


def _list(project_id: UUID, **options: Any) -> "Page[HookInvocationResponse]":
    from zenml.models import HookInvocationFilter  # noqa: PLC0415 as in _mark

    return Client().zen_store.list_hook_invocations(
        HookInvocationFilter(project=project_id, **options)
    )
