"""Sources that are objects: frames, arrays, lists, data sets of torch and of Hugging Face."""

from __future__ import annotations
