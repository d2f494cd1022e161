"""A second net: MongoDB's Kingfisher, whose rules for hundreds of issuers are kept by others."""

import logging
import re
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kingfisher_sdk import Scanner

_LOGGER = logging.getLogger(__name__)

# Rules are compiled in 0.3 s from the detector's cache and in 3 s without it: only for a
# text that holds what no person wrote. Run ids and digests are everywhere, and no secrets.
_CANDIDATE = re.compile(r"[A-Za-z0-9_\-]{16,}")
_HARMLESS = re.compile(
    r"[A-Za-z_\-]+|[0-9T_\-]+|[0-9a-f]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)
# An alert does not wait longer than this for the rules, nor for what they find.
_PATIENCE = 4.0


class _Net:
    """The detector, loaded when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._scanner: Scanner | None = None

    def scanner(self) -> "Scanner | None":
        """Give the detector, or None where it cannot be had in time."""
        with self._lock:
            if self._loading is None:
                self._loading = threading.Thread(target=self._load, daemon=True)
                self._loading.start()
        self._loading.join(_PATIENCE)
        if self._loading.is_alive():
            _LOGGER.warning("The secret detector is not ready, own patterns apply")
        return self._scanner

    def _load(self) -> None:
        try:
            from kingfisher_sdk import Scanner  # noqa: PLC0415 an import of this package stays light

            self._scanner = Scanner()
        except ModuleNotFoundError:  # it is an extra
            _LOGGER.debug("The secret detector is not installed, own patterns apply")
        except Exception as error:  # noqa: BLE001 an alert goes out with or without a second net
            _LOGGER.warning("The secret detector cannot be used, own patterns apply: %s", error)


_NET = _Net()


def is_suspicious(text: str) -> bool:
    """Tell whether a text holds a run of characters that may be a secret.

    Args:
        text: What remains of a text without the secrets that are known.

    Returns:
        Whether it is worth to be read by the detector.
    """
    return any(_HARMLESS.fullmatch(run[0]) is None for run in _CANDIDATE.finditer(text))


def detected_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Find secrets by the rules of the detector, which works offline.

    Args:
        text: Text of any length; the cost grows in proportion to it.

    Yields:
        Where a secret starts and ends.
    """
    data = text.encode("utf-8", "replace")
    try:
        scanner = _NET.scanner()
        findings = scanner.scan(data, timeout=_PATIENCE) if scanner else []
    except (RuntimeError, TimeoutError) as error:  # late, or no thread at the interpreter's end
        _LOGGER.warning("The secret detector failed, own patterns apply: %s", type(error).__name__)
        return
    for finding in findings:
        # What is not visible only helps to understand another finding: an account, a host.
        if finding.visible:
            place = finding.location
            yield (
                len(data[: place["start_offset"]].decode("utf-8", "ignore")),
                len(data[: place["end_offset"]].decode("utf-8", "ignore")),
            )
