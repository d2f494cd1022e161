"""Lets `python -m governance.hooks` be the command `governance-hooks`."""

import sys

from governance.hooks._cli import main

sys.exit(main())
