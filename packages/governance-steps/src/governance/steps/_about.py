"""What a report says about itself: where it comes from, and when."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class About:
    """Where a verdict comes from.

    Attributes:
        made: When it was judged, with a time zone.
        version: Of the component that judged.
        subject: What was judged, such as the name of a file; empty for a step's data.
        run: Name of the pipeline run; empty outside of one.
        pipeline: Name of the pipeline; empty outside of one.
        step: Name of the step; empty outside of one.
    """

    made: datetime
    version: str
    subject: str = ""
    run: str = ""
    pipeline: str = ""
    step: str = ""
