"""weir: a small neural-network training framework."""

from ._weir import *  # noqa: F401,F403
