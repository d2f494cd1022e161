"""Notes the newest digest as an annotated tag in a git repository, which others may hold too."""

import subprocess
from pathlib import Path

from governance.hooks._head import AnchorError, Head, head_of, head_text, see_one_trail

TAG = "governance-audit-"

_PATIENCE = 60
# Who seals is a job; who pushes the tags is somebody.
_TAGGER = (
    *("-c", "user.name=governance-hooks"),
    *("-c", "user.email=governance-hooks@localhost"),
)


class GitAnchor:
    """Tags `governance-audit-<number>` in a repository; nothing is pushed or fetched.

    Args:
        name: How it is named in the settings.
        repository: The repository, bare or not, of this trail alone.
    """

    def __init__(self, name: str, repository: Path) -> None:
        self.name = name
        self._repository = repository

    def heads(self) -> list[Head]:
        """Read all tags."""
        pattern = f"refs/tags/{TAG}*"
        # The blob that a tag names, whatever was written around it.
        found = self._git("for-each-ref", "--format=%(refname:short)", pattern).split()
        return [head_of(self._git("cat-file", "blob", f"{tag}^{{}}"), tag) for tag in found]

    def add(self, head: Head) -> None:
        """Add a tag."""
        see_one_trail(self, head)
        text = head_text(head)
        blob = self._git("hash-object", "-w", "--stdin", stdin=text).strip()
        name = f"{TAG}{head.number}"
        self._git(*_TAGGER, "tag", "--annotate", "--message", text, name, blob)

    def _git(self, *arguments: str, stdin: str = "") -> str:
        try:
            done = subprocess.run(  # noqa: S603 no shell, and nothing in it comes from the trail
                ["git", "-C", str(self._repository), *arguments],  # noqa: S607 wherever it is
                input=stdin,
                capture_output=True,
                text=True,
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AnchorError(f"{self.name}: git cannot be run: {error}.") from None
        if done.returncode:
            said = done.stderr.strip() or f"exit code {done.returncode}"
            raise AnchorError(f"{self.name}: git did not do its part: {said}")
        return done.stdout
