"""One file a format, each a pure function from a value to a `str`. A report reads; it computes nothing.

    html.render_html · markdown.render_markdown · terminal.render_summary, render_findings

What all formats share lies in `contents` (what is shown, in which order, how much) and `figures` (how numbers read).
"""

from __future__ import annotations
