"""What frameworks need beside a sampler and a loss. Each module needs its framework, and is imported when asked for."""

from __future__ import annotations
