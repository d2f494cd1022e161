"""Records on their way into the trail, on this machine's disk: what no store took waits there."""

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4


@dataclass(frozen=True)
class Kept:
    """A record that waits.

    Attributes:
        root: The trail's root.
        path: Where the record belongs, below the root.
        record: Its bytes, as text.
    """

    root: str
    path: str
    record: str


class Spool:
    """A folder of records that wait.

    Args:
        folder: The folder; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, kept: Kept) -> Path:
        """Keep a record; it replaces itself where it waits already.

        Args:
            kept: The record.

        Returns:
            Its file, which is whole or not there.

        Raises:
            OSError: If it cannot be written.
        """
        # A record tells who did what: nobody else on this machine need read it.
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / f"{_name(kept.root)}-{_name(kept.path)}.json"
        draft = self.folder / f".{uuid4().hex}.draft"
        with draft.open("x", encoding="utf-8") as writing:
            json.dump(asdict(kept), writing)
            writing.flush()
            os.fsync(writing.fileno())
        draft.replace(file)
        return file

    def waiting(self, root: str | None = None, age: float = 0.0) -> list[Path]:
        """List what waits, oldest first.

        Args:
            root: For which trail; for any by default.
            age: Seconds for which it must have waited: what is younger is on its way.

        Returns:
            The files.
        """
        found = []
        for file in self.folder.glob(f"{'*' if root is None else _name(root)}-*.json"):
            try:
                since = file.stat().st_mtime
            except FileNotFoundError:  # another process has delivered it meanwhile
                continue
            if since <= time.time() - age:
                found.append((since, file))
        return [file for _, file in sorted(found)]

    def read(self, file: Path) -> Kept | None:
        """Read a record that waits.

        Args:
            file: Its file.

        Returns:
            The record; None if another process has delivered it meanwhile.

        Raises:
            ValueError: If the file holds none.
        """
        try:
            return Kept(**json.loads(file.read_text("utf-8")))
        except FileNotFoundError:
            return None
        except TypeError:
            raise ValueError(f"{file} holds no record that waits") from None

    def remove(self, file: Path) -> None:
        """Forget a record that the trail has.

        Args:
            file: Its file; another process may have removed it.
        """
        file.unlink(missing_ok=True)


def _name(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
