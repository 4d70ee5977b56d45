"""How numbers read: never rounded to something that is not true."""

from __future__ import annotations

from math import isfinite

NONE = "–"
"""Stands where a number is undefined."""


def count(n: int) -> str:
    """Return a count with thousands separators.

    >>> count(35549)
    '35,549'
    """
    return f"{n:,}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun.

    >>> counted(1, "row"), counted(2, "class", "classes")
    ('1 row', '2 classes')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def share(part: float, whole: float = 1.0) -> str:
    """Return part / whole in per cent: 0 % only for nothing, 100 % only for all.

    >>> share(1, 35549), share(35548, 35549), share(1, 3), share(0, 3), share(3, 3), share(1, 0)
    ('< 0.01 %', '> 99.99 %', '33.3 %', '0 %', '100 %', '–')
    """
    if not whole:
        return NONE
    if part == 0 or part == whole:
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    if percent < 0.01:
        return "< 0.01 %"
    if 99.99 < percent < 100:
        return "> 99.99 %"
    one_decimal = f"{percent:.1f} %"
    return f"{percent:.2f} %" if percent < 10 or one_decimal == "100.0 %" else one_decimal


def ratio(value: float | None) -> str:
    """Return an imbalance ratio.

    >>> ratio(10596.0), ratio(12.34), ratio(1.5), ratio(1.0), ratio(1.0001), ratio(None)
    ('10,596 : 1', '12.3 : 1', '1.5 : 1', '1 : 1', '> 1 : 1', '–')
    """
    if value is None or not isfinite(value):
        return NONE
    if value == 1:
        return "1 : 1"
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "> 1 : 1" if text == "1" else f"{text} : 1"


def index(value: float | None) -> str:
    """Return a measure that lies between 0 and 1; the ends are written only when they are reached.

    >>> index(0.65432), index(1.0), index(0.99999), index(0.00001), index(None)
    ('0.654', '1', '> 0.999', '< 0.001', '–')
    """
    if value is None or not isfinite(value):
        return NONE
    if value in (0, 1):
        return str(int(value))
    if 0.9995 <= value < 1:
        return "> 0.999"
    return "< 0.001" if 0 < value < 0.0005 else f"{value:.3f}"


def effective(value: float | None) -> str:
    """Return an effective number of classes.

    >>> effective(8.1234), effective(1234.5), effective(None)
    ('8.12', '1,234.5', '–')
    """
    if value is None or not isfinite(value):
        return NONE
    return f"{value:.2f}" if value < 100 else f"{value:,.1f}"


def number(value: float) -> str:
    """Return any number to four significant digits; whole ones below 10^15 in full.

    >>> number(0.73125), number(12345.678), number(3), number(0.0000123), number(2.0)
    ('0.7312', '12,346', '3', '1.23e-05', '2')
    """
    if isinstance(value, int):
        return count(value)
    if not isfinite(value):
        return str(value)
    if value == int(value) and abs(value) < 1e15:
        return count(int(value))
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"


def weight(value: float) -> str:
    """Return a weight to four significant digits, so that a column of them lines up.

    >>> weight(0.142), weight(1.0), weight(904.55), weight(0), weight(12345.6)
    ('0.1420', '1.000', '904.5', '0', '12,346')
    """
    if not value:
        return "0"
    return number(value) if value >= 1000 or value < 1e-4 else f"{value:#.4g}"


def tick(n: int) -> str:
    """Return a power of ten, short enough for an axis.

    >>> tick(1000), tick(10000), tick(1000000), tick(10**9)
    ('1,000', '10 k', '1 M', '1 G')
    """
    for size, suffix in ((10**9, " G"), (10**6, " M"), (10**4, " k")):
        if n >= size:
            return f"{n // (1000 if size == 10**4 else size):,}{suffix}"
    return f"{n:,}"
