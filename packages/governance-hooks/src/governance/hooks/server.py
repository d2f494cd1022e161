"""Speaks from within a ZenML server, where no killed process takes the message with it."""

from contextvars import copy_context
from typing import Any

from zenml.dispatcher import EventHandler
from zenml.models import PipelineRunResponse

from governance.hooks._run import watch

__all__ = ["RunEventHandler"]


class RunEventHandler(EventHandler):
    """Tells the end of every run whose pipeline names the pipeline hooks.

    The server calls it where `ZENML_SERVER_EVENT_HANDLER_SOURCES` names
    `governance.hooks.server.RunEventHandler`. It shares its marks with hooks and reconciler, so
    that each message is sent once, whoever is first.
    """

    @classmethod
    async def create(cls) -> "RunEventHandler":
        """Make the handler, as the server does when it starts."""
        return cls()

    def handle_event(self, event: Any) -> None:
        """Follow a run that has ended, or is about to, as ZenML 0.97 and newer tell it.

        Args:
            event: What happened in the server.
        """
        if isinstance(run := getattr(event, "run", None), PipelineRunResponse):
            self.handle_run_status_update(run)

    def handle_run_status_update(self, run: PipelineRunResponse) -> None:
        """Follow a run that has ended, or is about to, as ZenML before 0.97 tells it.

        Args:
            run: The run whose status has changed.
        """
        if run.status.is_finished:
            # The server knows from the context on whose behalf its store is asked.
            watch(run, recorder="server", context=copy_context())
