"""weir: a small neural-network training framework."""

from ._build import VERSION as __version__
from ._needs import check as _check

_check()

from ._weir import *  # noqa: E402,F401,F403
