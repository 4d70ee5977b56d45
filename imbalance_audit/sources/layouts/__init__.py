"""Sources that are no table: a folder for each class, annotation files, tars, masks, texts. One file each."""

from __future__ import annotations
