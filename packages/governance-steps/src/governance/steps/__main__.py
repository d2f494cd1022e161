"""Lets `python -m governance.steps` be the command `governance-steps`."""

import sys

from governance.steps._cli import main

sys.exit(main())
