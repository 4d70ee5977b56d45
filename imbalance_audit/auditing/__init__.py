"""From a label source to an audit: counting, judging, merging, and what changed since an earlier one."""

from __future__ import annotations
