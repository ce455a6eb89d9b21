"""The figures as tables, each ratio beside what is wanted of it."""

from rich.console import Console
from rich.table import Table

TRAINED, NOTHING, DAILY, ANEW = "first run, with training", "nothing changed", "a day's change of 1%", "everything anew, same model"
WHOLE, BARE = "Splink, the same settings", "Splink, given the pairs, bare"
INPUT, FROM_TABLES = "its input: sets and keys", "Splink, its input included"
# What is at most wanted of one stage's cost beside another's, and of memory (MB) for so many records.
WANTED = ((ANEW, WHOLE, 1.0), (ANEW, FROM_TABLES, 1.0), (ANEW, BARE, None), (DAILY, TRAINED, 0.05), (DAILY, ANEW, 0.05))
MEMORY = {1_000_000: 3_000, 3_000_000: 8_000}
Figures = dict[str, dict]


def show(figures: Figures, corrected: list[str]) -> None:
    screen = Console(width=130)
    screen.print(table("stage", figures, {"changed": "changed_records", "pairs": "pairs", "customers": "customers", "F1": "f1"}))
    screen.print(ratios(figures))
    records, peak = figures[TRAINED].get("records", 0), max(figures[name]["peak_mb"] for name in (TRAINED, NOTHING, DAILY, ANEW))
    wanted = next((f", wanted ≤ {most:,}" for size, most in MEMORY.items() if records <= size * 1.01), "")
    screen.print(f"{records:,} records; the engine's peak is {peak:,} MB{wanted}.")
    screen.print(f"[bold red]The full run corrected {', '.join(corrected)}.[/]" if corrected else "The full run found nothing to correct in the day's.")


def show_stress(figures: Figures) -> None:
    screen = Console(width=150)
    columns = {"records": "records", "pairs": "pairs", "customers": "customers", "largest": "largest_cluster", "skipped most": "skipped"}
    screen.print(table("case", figures, columns))


def table(first: str, figures: Figures, columns: dict[str, str]) -> Table:
    made = Table(first, "wall s", "CPU s", "peak MB", *columns, "exit")
    for name, row in figures.items():
        made.add_row(
            name, f"{row['wall']:.1f}", f"{row['cpu']:.1f}", f"{row['peak_mb']:,}", *(said(row.get(key)) for key in columns.values()), str(row["code"])
        )
    return made


def ratios(figures: Figures) -> Table:
    made = Table("of", "to", "CPU", "wall", "wanted")
    for name, other, most in WANTED:
        of, to = figures[name], figures[other]
        made.add_row(name, other, *(f"{of[key] / max(to[key], 0.1):.3f}" for key in ("cpu", "wall")), f"≤ {most}" if most else "–")
    return made


def said(figure: float | str | None) -> str:
    return "–" if figure is None else figure if isinstance(figure, str) else f"{figure:.4f}" if isinstance(figure, float) else f"{figure:,}"
