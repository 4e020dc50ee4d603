"""Reports: each is frozen data first, then text, Markdown, HTML or JSON made from that data."""
