"""Finds what no hook could say or record: runs that were killed, all cached, or do not end."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

from zenml.client import Client

from governance.hooks import _heartbeat
from governance.hooks._asked import asked_for, recorded_for
from governance.hooks._audit import draining
from governance.hooks._delivery import Announcement, deliver, destined
from governance.hooks._event import Event, Recovery
from governance.hooks._facts import run_event, stale_event
from governance.hooks._ledger import is_settled, marks_since
from governance.hooks._outboxes import deliver_waiting, still_waiting
from governance.hooks._pages import whole
from governance.hooks._redaction import redact
from governance.hooks._run import announcement_of, key_of, recovered
from governance.hooks._run_metrics import is_exported, measuring
from governance.hooks._run_record import record_path, recording_run
from governance.hooks._stack import alerter_models, stack_of
from governance.hooks._sweep import Sweep
from governance.hooks._time import now
from governance.hooks._trail import Trail, trail_of
from governance.hooks._watcher import watcher
from governance.hooks._wording import headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zenml.models import ComponentResponse, PipelineRunResponse

    from governance.hooks._delivery import Address

_FIRST_LOOK_BACK = timedelta(days=1)
# What ended just before the last sweep may have been about to be told by its own hooks, and
# clocks differ.
_OVERLAP = timedelta(hours=1)
_PAUSED = "paused"


def reconcile(*, since: float | None, stale_after: float, dry_run: bool = False) -> Sweep:
    """Tell what ended or hangs without anyone having said so, and what waits in outboxes.

    Args:
        since: Look at runs that ended in these last seconds; None goes on where the last
            reconciliation stopped, or a day back the first time.
        stale_after: Seconds after its creation from which a run without an end is told.
        dry_run: Only find, tell nothing.

    Returns:
        What was done, and what could not be.
    """
    start = now()
    sweep = Sweep(_since(since, start), start)
    if not dry_run:
        watcher.submit(draining(report=sweep.report_record))
        deliver_waiting(sweep)
    waiting, messages = still_waiting(sweep)
    if dry_run:
        sweep.found += messages
    for project in whole(Client().list_projects):
        rest = _Rest(sweep, project.id, waiting, dry_run=dry_run)
        for run in _ended(project.id, sweep.since):
            if (event := run_event(run)) is not None:
                rest.tell(run, event)
        # ZenML compares whole seconds. A run that was killed early has no start time.
        created = start - timedelta(seconds=stale_after - 1)
        for run in _runs(project.id, in_progress=True, created=f"lte:{_utc(created)}"):
            if run.status != _PAUSED:  # it waits for a person, who was told
                rest.tell(run, stale_event(run))
        watcher.wait()
    if not dry_run:
        _heartbeat.write(_heartbeat.Heartbeat(start, sweep.covered_until))
    return sweep


class _Rest:
    """What is left to tell of a project's runs."""

    def __init__(
        self, sweep: Sweep, project_id: UUID, waiting: frozenset[UUID], *, dry_run: bool
    ) -> None:
        self._sweep = sweep
        self._marks = marks_since(project_id, sweep.since - _OVERLAP)
        self._waiting = waiting
        self._dry_run = dry_run
        self._alerters: dict[UUID, list[ComponentResponse]] = {}
        self._trails: dict[UUID, Trail] = {}

    def tell(self, run: "PipelineRunResponse", event: Event) -> None:
        """Tell the end of a run to those who have not heard of it, and record it."""
        try:
            if event.outcome in recorded_for(run):
                self._record(run, event)
                self._measure(run, event)
            if event.outcome in asked_for(run):
                self._tell(run, event)
        except Exception as error:  # noqa: BLE001 one run that cannot be told must not hide the next
            self._sweep.problems.append(f"run {run.name}: {redact(f'{error}')}")
            self._sweep.keep_open(event.time)

    def _tell(self, run: "PipelineRunResponse", event: Event) -> None:
        # Whether a completed run is a recovery takes a call to find out, and is seldom needed.
        variants = [event]
        if event.outcome == "completed":
            variants.append(replace(event, recovery=Recovery(1, 0.0)))
        if not all(self._missing(announcement_of(run, variant)) for variant in variants):
            return
        announcement = announcement_of(run, recovered(run, event), report=self._sweep.report)
        missing = self._missing(announcement)
        if self._dry_run:
            message = headline(announcement.event)
            self._sweep.found += [
                (alerter.name, message)
                for alerter, channel in missing
                if not is_settled(announcement.letter(alerter, channel))
            ]
            return
        left = [letter for letter in deliver(announcement, missing) if not is_settled(letter)]
        if left:
            self._sweep.pending += len(left)
            self._sweep.keep_open(event.time)

    def _record(self, run: "PipelineRunResponse", event: Event) -> None:
        path = record_path(run, event)
        if self._trail(stack_of(run)).exists(path):
            return
        if self._dry_run:
            self._sweep.missing.append(path)
            return
        report = self._sweep.report_record
        watcher.submit(recording_run(run, event, recorder="reconcile", report=report))

    def _measure(self, run: "PipelineRunResponse", event: Event) -> None:
        key = key_of(run, event)
        if self._dry_run or is_exported(key, self._marks.ids):
            return
        for task in measuring(run, event, key, on_run=False):
            watcher.submit(task)

    def _trail(self, stack_id: UUID) -> Trail:
        if stack_id not in self._trails:
            self._trails[stack_id] = trail_of(stack_id)
        return self._trails[stack_id]

    def _missing(self, announcement: Announcement) -> "list[Address]":
        """Find who has not heard of it, though nobody is about to tell."""
        own = self._alerters.get(announcement.stack_id)
        if own is None:
            own = self._alerters[announcement.stack_id] = alerter_models(announcement.stack_id)
        addresses = destined(announcement.event, own)
        letters = [announcement.letter(*address) for address in addresses]
        # Where a hook has begun to tell, it has decided who is to hear of it: its settings may
        # be others than ours.
        begun = any(
            self._marks.knows(letter) or letter.subject in self._waiting for letter in letters
        )
        return [
            address
            for address, letter in zip(addresses, letters, strict=True)
            if not self._marks.has_settled(letter)
            and letter.id not in self._waiting
            and (self._marks.has_claim(letter) or not begun)
        ]


def _since(since: float | None, start: datetime) -> datetime:
    if since is not None:
        return start - timedelta(seconds=since)
    last = _heartbeat.read()
    return start - _FIRST_LOOK_BACK if last is None else last.covered_until - _OVERLAP


def _ended(project_id: UUID, since: datetime) -> "Iterator[PipelineRunResponse]":
    yield from _runs(
        project_id, in_progress=False, end_time=f"gte:{_utc(since)}", sort_by="asc:end_time"
    )
    # A run that an orchestrator gave up has no end time.
    for run in _runs(project_id, in_progress=False, status="failed", updated=f"gte:{_utc(since)}"):
        if run.end_time is None:
            yield run


def _runs(project_id: UUID, **options: Any) -> "Iterator[PipelineRunResponse]":
    return whole(Client().list_pipeline_runs, project=project_id, hydrate=True, **options)


def _utc(time: datetime) -> str:
    return f"{time.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}"
