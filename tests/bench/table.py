"""The results of a benchmark: what was measured, against which peer, and whether the target is met. As text,
JSON or Markdown."""
import dataclasses
import json
import statistics

AT_LEAST = "≥"
AT_MOST = "≤"
HOLDS = {AT_MOST: lambda value, bound: value <= bound, AT_LEAST: lambda value, bound: value >= bound}


@dataclasses.dataclass(frozen=True)
class Target:
    """A bound for a row's figure `of`: "ours", the "ratio" ours / peer, or the "difference" ours - peer."""

    of: str
    comparison: str
    bound: float

    def holds(self, measured):
        return HOLDS[self.comparison](getattr(measured, self.of), self.bound)

    def __str__(self):
        words = {"ours": "{} {:g}", "ratio": "{} {:g} × peer", "difference": "{} peer + {:g}"}
        return words[self.of].format(self.comparison, self.bound)


@dataclasses.dataclass(frozen=True)
class Measured:
    """One row: medians of paired runs. `peer` is None if the row has no peer, `target` is None if the row has
    no target."""

    bench: str
    row: str
    unit: str
    target: Target | None
    ours_all: tuple
    against: str = ""
    peer_all: tuple = ()

    @property
    def ours(self):
        return statistics.median(self.ours_all)

    @property
    def peer(self):
        return statistics.median(self.peer_all) if self.peer_all else None

    @property
    def ratio(self):
        """The median of the ratios within each pair. Load that slows both sides of a pair cancels out."""
        return self._of_pairs(lambda ours, peer: ours / peer)

    @property
    def difference(self):
        return self._of_pairs(lambda ours, peer: ours - peer)

    @property
    def met(self):
        return self.target.holds(self) if self.target else None

    def _of_pairs(self, compare):
        if not self.peer_all:
            return None
        return statistics.median(compare(ours, peer) for ours, peer in zip(self.ours_all, self.peer_all, strict=True))


def as_json(measured):
    return json.dumps({"bench": measured.bench, "row": measured.row, "against": measured.against, "ours": measured.ours,
                       "peer": measured.peer, "unit": measured.unit, "ratio": measured.ratio,
                       "target": str(measured.target) if measured.target else None, "met": measured.met, "pairs": len(measured.ours_all)},
                      ensure_ascii=False)


HEADINGS = ("what", "ours", "peer", "against", "ratio", "target", "met")


def cells(measured):
    return (measured.row, amount(measured.ours, measured.unit), amount(measured.peer, measured.unit),
            measured.against or "–", amount(measured.ratio, "×"), str(measured.target or "–"),
            {True: "yes", False: "no", None: "–"}[measured.met])


def amount(value, unit):
    """Returns the value with three significant digits (at least 100: as an integer), and the unit."""
    if value is None:
        return "–"
    digits = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{digits.replace(',', ' ')} {unit}".rstrip()


def as_text(rows):
    """Returns the whole table as text with aligned columns."""
    table = [HEADINGS, *map(cells, rows)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table)


def as_markdown(rows):
    lines = ["| " + " | ".join(row) + " |" for row in [HEADINGS, *map(cells, rows)]]
    lines.insert(1, "|" + "---|" * len(HEADINGS))
    return "\n".join(lines)
