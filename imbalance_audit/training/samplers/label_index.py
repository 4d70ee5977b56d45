"""The rows of each class in a file that is mapped into memory: more rows than memory holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from imbalance_audit.files.index import map_index
from imbalance_audit.training.samplers.rows_by_class import RowsByClass

if TYPE_CHECKING:
    from os import PathLike

_VERIFIED = 8 * 2**20
"""Bytes up to which a file is read whole when it is opened; it takes a few milliseconds."""


class LabelIndex:
    """What `audit scan … --index labels.idx` wrote, in place of the label of each row.

    Only its header is read, and checked by its checksum; the row numbers that are drawn are fetched from the file when
    they are, and have to be rows of the table. Row numbers count from 0 in the train split of the table, or in the
    whole table where there is none.

    Args:
        path: The file.
        verify: Read the whole file once and check the row numbers by their checksum too: about a second a gigabyte.
            None: files up to 8 MB.

    Attributes:
        classes: The class names in index order.
        counts: The rows of each class.
        total: How many rows were numbered, labelled or not.
        split: The split whose rows were numbered; None for the whole table.
        fingerprint: That of the audit.

    Raises:
        IndexFileError: the file is missing, cut off, or of another kind or version.

    >>> from tempfile import NamedTemporaryFile
    >>> from imbalance_audit.auditing.scanning import scan_labels
    >>> from imbalance_audit.exports.indexing import write_index
    >>> from imbalance_audit.sources import ReadOptions, read
    >>> scanned = scan_labels(read({"label": ["cat"] * 90 + ["lynx"] * 10}, ReadOptions()))
    >>> with NamedTemporaryFile(suffix=".idx") as file:
    ...     write_index(scanned.labels, scanned.audit, file.name)
    ...     LabelIndex(file.name).counts
    (90, 10)
    """

    def __init__(self, path: str | PathLike[str], *, verify: bool | None = None) -> None:
        header, mapped, begin = map_index(path, verify=verify is True)
        if verify is None and len(mapped) <= _VERIFIED:
            header, mapped, begin = map_index(path, verify=True)
        self.classes, self.counts, self.total = header.classes, header.counts, header.rows
        self.split, self.fingerprint = header.split, header.fingerprint
        self.checksum = header.checksum
        dtype = torch.int32 if header.width == 4 else torch.int64
        size = sum(header.counts)
        empty = torch.empty(0, dtype=dtype, device="cpu")
        rows = torch.frombuffer(mapped, dtype=dtype, count=size, offset=begin) if size else empty
        counts = torch.tensor(header.counts, dtype=torch.int64, device="cpu")
        there = counts > 0
        starts = counts.cumsum(0) - counts
        self.grouped = RowsByClass(there.nonzero().squeeze(1), counts[there], starts[there], rows)
