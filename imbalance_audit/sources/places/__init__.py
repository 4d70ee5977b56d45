"""Where sources lie: folders and files of this machine, object stores, and tables that a log manages."""

from __future__ import annotations
