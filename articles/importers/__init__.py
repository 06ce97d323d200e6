"""Readers of old sites: bytes in, stories out. Most modules here know no model.

Those that do are the ones that save: `saving` and what it calls.
"""

from .saved_pages import read_file
from .story import Problem, Story

__all__ = ["Problem", "Story", "read_file"]
