"""One file a format, each a pure function from a value to a `str`. A report reads; it computes nothing.

    an audit        html.render_html · markdown.render_markdown · terminal.render_summary, render_findings
    an evaluation   evaluation_html.render_evaluation_html · evaluation_markdown.render_evaluation_markdown ·
                    evaluation.render_evaluation_summary

What all formats share lies in `contents` and `evaluation_contents` (what is shown, in which order, how much),
`evaluation_words` (what it says), `metrics` and `figures` (how numbers read), and `page` (what a page is made of).
"""

from __future__ import annotations
