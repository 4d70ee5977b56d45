"""What every report is made of: numbers, quoted names, HTML, Markdown, the page, and the parts of charts."""

from __future__ import annotations
