"""The card that the dashboard shows of a stored DataFrame: its schema and what is missing.

The dashboard puts it into a frame that runs no JavaScript and loads nothing, so all of it is
in the page. It holds no value of the data.
"""

from html import escape

from governance.materializers._profile import ColumnProfile, Profile

_MOST_COLUMNS = 200
_LONGEST = 80  # characters of a label or dtype

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>DataFrame</title>
<style>
:root {{ color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0;
  --bar: #bf8700; --track: #eaeef2; --back: #ffffff; }}
@media (prefers-color-scheme: dark) {{ :root {{ --text: #f0f6fc; --soft: #9198a1;
  --line: #3d444d; --bar: #d29922; --track: #262c36; --back: #0d1117; }} }}
body {{ margin: 16px; color: var(--text); background: var(--back);
  font: 14px/1.5 system-ui, sans-serif; }}
h1 {{ margin: 0 0 12px; font-size: 16px; font-weight: 600; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ padding: 4px 12px 4px 0; text-align: left; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }}
thead th {{ color: var(--soft); font-weight: 500; }}
tbody th {{ font-weight: 500; }}
td.dtype {{ font-family: ui-monospace, monospace; font-size: 13px; }}
td.count {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
td.bar {{ width: 30%; }}
.track {{ height: 8px; border-radius: 4px; background: var(--track); }}
.fill {{ height: 8px; border-radius: 4px; background: var(--bar); }}
p {{ color: var(--soft); }}
</style>
</head>
<body>
<h1>{title}</h1>
<table>
<thead><tr><th scope="col">Column</th><th scope="col">dtype</th>
<th scope="col" colspan="2">Missing</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
{note}
</body>
</html>
"""

_ROW = (
    '<tr><th scope="row">{name}</th><td class="dtype">{dtype}</td>'
    '<td class="count">{missing}</td><td class="bar">{bar}</td></tr>'
)
_BAR = '<div class="track" aria-hidden="true"><div class="fill" style="width:{width}%"></div></div>'


def render(profile: Profile) -> str:
    """Render a profile as an HTML page of its own.

    Args:
        profile: What is told of the frame.

    Returns:
        The page, below 200 kB whatever the number of columns.
    """
    omitted = len(profile.columns) - _MOST_COLUMNS
    title = f"{_counted(profile.rows, 'row')}, {_counted(len(profile.columns), 'column')}"
    if profile.size is not None:
        title += f", {_size(profile.size)} stored"
    shown = profile.columns[:_MOST_COLUMNS]
    note = f"<p>{_counted(omitted, 'more column')} not shown.</p>" if omitted > 0 else ""
    rows = "\n".join(_row(column, profile.rows) for column in shown)
    return _PAGE.format(title=title, rows=rows, note=note)


def _row(column: ColumnProfile, rows: int) -> str:
    missing, bar = "none", ""
    if column.missing:
        part = 100 * column.missing / rows
        # What is missing at all, or present at all, never rounds to nothing.
        percent = f"{min(max(part, 0.1), 99.9) if part < 100 else 100:.3g}"  # noqa: PLR2004
        missing = f"{column.missing:,} ({percent} %)"
        bar = _BAR.format(width=percent)
    return _ROW.format(name=_text(column.name), dtype=_text(column.dtype), missing=missing, bar=bar)


def _text(text: str) -> str:
    return escape(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _size(size: int) -> str:
    if size < 1000:  # noqa: PLR2004
        return _counted(size, "byte")
    amount, units = size / 1000, ["kB", "MB", "GB", "TB"]
    while amount >= 999.5 and len(units) > 1:  # noqa: PLR2004 (three digits are shown)
        amount /= 1000
        del units[0]
    return f"{amount:.3g} {units[0]}"
