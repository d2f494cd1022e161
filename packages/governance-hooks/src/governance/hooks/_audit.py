"""Writes audit records to the trail, once each and never half; none is lost on the way."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from zenml.config.global_config import GlobalConfiguration
from zenml.logger import get_logger

from governance.hooks._governed import AlertResult, alert_record
from governance.hooks._letter import Letter
from governance.hooks._record import Record
from governance.hooks._redaction import redact
from governance.hooks._settings import settings
from governance.hooks._spool import Kept, Spool
from governance.hooks._time import now
from governance.hooks._trail import Trail, trail_at, trail_of
from governance.hooks._watcher import Task, watcher

if TYPE_CHECKING:
    from uuid import UUID

logger = get_logger(__name__)

# What became of a record: written, in the trail before, waiting in the spool, or in the log only.
Written = Literal["written", "known", "waiting", "logged"]
# Told the record's path and what became of it.
Report: TypeAlias = Callable[[str, Written], None]

# What is younger may be on its way in another process.
_UNDER_WAY = 60.0
# A drain makes way for other tasks after so many records, and at the end of a process leaves
# half of the time to them.
_BATCH = 50
_SHARE = 0.5


def no_report(path: str, written: Written) -> None:
    """Report to nobody: the log says where each record is."""


def the_spool() -> Spool:
    """Find the folder where records wait.

    Returns:
        The spool of this machine.
    """
    folder = settings().audit_spool
    if folder is None:
        folder = Path(GlobalConfiguration().config_directory) / "governance" / "spool"
    return Spool(folder)


def recording(
    describe: Callable[[], Sequence[Record]],
    known: Callable[[], Record],
    stack_id: Callable[[], "UUID"],
    report: Report = no_report,
    attempts: int = 2,
) -> Task:
    """Plan to record something.

    Args:
        describe: Tells the records; it may take its time.
        known: Tells the record without asking ZenML, for the log where all else fails.
        stack_id: Tells the run's stack, likewise.
        report: Told what became of each record.
        attempts: How often to try: on a busy machine the first may come to no end.

    Returns:
        A task that puts the records into the spool, writes them to the trail and takes them out
        of the spool: a process that is killed in between loses none.
    """
    return _Recording(describe, known, stack_id, report, attempts).task


def record_alert(
    letter: Letter, stack_id: "UUID", result: AlertResult, reason: str | None = None
) -> None:
    """Record what became of a message.

    Args:
        letter: The message.
        stack_id: The run's stack.
        result: Whether its channel took it.
        reason: Why the channel did not, free of secrets.
    """
    record = alert_record(letter, result, now(), reason)
    watcher.submit(recording(lambda: [record], lambda: record, lambda: stack_id))


def draining(root: str | None = None, age: float = 0.0, report: Report = no_report) -> Task:
    """Plan to write what waits in the spool.

    Args:
        root: For which trail; for all by default.
        age: Seconds for which a record must have waited.
        report: Told what became of each record.

    Returns:
        A task that submits itself again where it does not come to the end.
    """
    spool = the_spool()

    def drain() -> None:
        trails: dict[str, Trail] = {}
        records = 0
        for file in spool.waiting(root, age):
            if records == _BATCH:
                watcher.submit(draining(root, age, report))
                return
            try:
                kept = spool.read(file)
            except ValueError as error:
                logger.error("The spool has a file that is no record: %s", redact(f"{error}"))  # noqa: TRY400 it says it all
                continue
            if kept is None:
                continue
            if kept.root not in trails:
                trails[kept.root] = trail_at(kept.root)
            written = trails[kept.root].write(kept.path, kept.record.encode())
            spool.remove(file)
            records += 1
            logger.info("Audit record, which had waited: %s/%s", kept.root, kept.path)
            report(kept.path, "written" if written else "known")

    def abandon(reason: str) -> None:
        waiting = spool.waiting(root, age)
        logger.warning(
            "%d audit records wait in %s for the next hook or `governance-hooks reconcile`: %s",
            len(waiting),
            spool.folder,
            redact(reason),
        )
        for file in waiting:
            report(str(file), "waiting")

    return Task(drain, abandon, _SHARE)


class _Recording:
    """Some records on their way into the trail."""

    def __init__(
        self,
        describe: Callable[[], Sequence[Record]],
        known: Callable[[], Record],
        stack_id: Callable[[], "UUID"],
        report: Report,
        attempts: int,
    ) -> None:
        self._attempts = attempts
        self._describe = describe
        self._known = known
        self._stack_id = stack_id
        self._report = report
        self._records: list[Record] = []
        self._kept: dict[str, Path] = {}
        self._done: set[str] = set()

    @property
    def task(self) -> Task:
        return Task(self._write, self._abandon)

    def _write(self) -> None:
        self._records += self._describe()
        trail, spool = trail_of(self._stack_id()), the_spool()
        for record in self._records:
            self._keep(spool, trail.root, record)
        for record in self._records:
            written = trail.write(record.path, record.to_bytes())
            self._done.add(record.path)
            if (file := self._kept.get(record.path)) is not None:
                spool.remove(file)
            # It is there already if another hook or process recorded the same event.
            if written:
                logger.info("Audit record: %s/%s", trail.root, record.path)
            self._report(record.path, "written" if written else "known")
        if spool.waiting(trail.root, _UNDER_WAY):
            watcher.submit(draining(trail.root, _UNDER_WAY))

    def _keep(self, spool: Spool, root: str, record: Record) -> None:
        try:
            kept = Kept(root, record.path, record.to_bytes().decode())
            self._kept[record.path] = spool.put(kept)
        except OSError as error:  # the trail may take it all the same
            logger.warning("The spool %s takes no record: %s", spool.folder, redact(f"{error}"))

    def _abandon(self, reason: str) -> None:
        if self._attempts > 1:  # after what else is to be done, such as alerts
            again = _Recording(
                self._describe, self._known, self._stack_id, self._report, self._attempts - 1
            )
            watcher.submit(again.task)
            return
        records = self._records or [self._known()]
        left = [record for record in records if record.path not in self._done]
        kept = [self._kept[record.path] for record in left if record.path in self._kept]
        if kept:
            logger.error(
                "%d audit records could not be written (%s). They wait in %s and go out with the "
                "next hook or `governance-hooks reconcile`.",
                len(kept),
                redact(reason),
                kept[0].parent,
            )
        for record in left:
            if record.path in self._kept:
                self._report(record.path, "waiting")
                continue
            logger.error(
                "The audit record could not be written (%s), so it stays in this log:\n%s",
                redact(reason),
                record.to_bytes().decode(),
            )
            self._report(record.path, "logged")
