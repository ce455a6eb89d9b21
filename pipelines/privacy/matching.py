"""Which rows of a table are the subject's, told by the names and types of its columns: the one rule for every database and every Parquet file.

A table that nobody has thought of yet is covered as soon as its columns are named as the house names them.
"""

# Of these the values are ids that `subject.ids` collects from the rows that are theirs.
IDS = frozenset({"order_id", "event_id", "consent_event_id", "suppression_id", "visitor_id"})
# A value says what it is in the column beside it.
TYPED = (("identifier_type", "raw_value"), ("identifier_type", "value"), ("identifier_type", "identifier_value"), ("identifier_type", "address"),
         ("subject_type", "subject_value"), ("subject_type", "value"), ("contact_type", "value"), ("visitor_id_type", "visitor_id"))  # fmt: skip
# Vocabularies that come with Svod: a name in them says nothing about anybody. Lists kept by hand are none.
PUBLIC, LISTS = ("seeds",), ("static_lists",)
# There a column of this name holds a source's own number.
SOURCES = ("staging", "intermediate")
OWNERS = ("record_id", "customer_id", "_line", "line", "n", "n_l", "n_r")


def columns_of(described: list[tuple[str, str]]) -> dict[str, str]:
    return {name: kind.upper() for name, kind in described}


def condition(schema: str, columns: dict[str, str], table: str = "", source: str | None = None, row: str = "rowid") -> str:
    """An SQL condition that holds for the subject's rows of a table, or of `source`; `false` if it can hold none. `row` is what its rows are numbered by."""
    source = source or f'"{schema}"."{table}"'
    found = [*_by_key(columns), *([] if (schema in PUBLIC and table not in LISTS) or schema.startswith("raw_") else _by_text(schema, columns, source, row))]
    if schema in PUBLIC and table in LISTS:
        found.append("trim(identifier) in (select customer_id from subject.customers)")
    if table.startswith("stg_vk_leads__"):  # a page holds many leads, and a lead's row only its own number
        keys = "(select split_part(record_id, ':', 3) from subject.records where record_id like 'vk_leads:%')"
        found += [f'"{name}" in {keys}' for name in ("source_key", "lead_id") if columns.get(name) == "VARCHAR"]
    return " or ".join(found) or "false"


def has_owner(columns: dict[str, str]) -> bool:
    """Whether rows say whose they are. Others hold values that may be anybody's: those go when nobody is left who has them."""
    return any(name in OWNERS or name.endswith(("_record_id", "customer_id")) or name in IDS for name in columns)


def _by_key(columns: dict[str, str]) -> list[str]:
    found = []
    for name, kind in columns.items():
        if kind != "VARCHAR":
            continue
        if name == "record_id" or name.endswith("_record_id"):
            found.append(f'"{name}" in (select record_id from subject.records)')
        elif name.endswith("customer_id") and not name.startswith("other_"):
            found.append(f'"{name}" in (select customer_id from subject.customers)')
        elif name in IDS:
            found.append(f'"{name}" in (select id from subject.ids)')
    for file, line in (("_file_id", "_line"), ("file_id", "line")):
        if file in columns and line in columns:
            found.append(f'("{file}", "{line}") in (select (file_id, line) from subject.rows)')
    if columns.get("n") == "INTEGER" and ({"key", "record_id", "component"} & columns.keys()):
        found.append("n in (select n from subject.numbers)")
    if columns.get("n_l") == columns.get("n_r") == "INTEGER":
        found.append("n_l in (select n from subject.numbers) or n_r in (select n from subject.numbers)")
    return found


def _by_text(schema: str, columns: dict[str, str], source: str, row: str) -> list[str]:
    found = [f'("{kind}", "{value}") in (select (type, text) from subject.texts)' for kind, value in TYPED if kind in columns and value in columns]
    if "visitor_id" in columns and "visitor_id_type" not in columns:
        found.append("visitor_id in (select text from subject.texts where type not in ('email', 'phone'))")
    cells = [name for name, kind in columns.items() if kind == "VARCHAR"]
    found += filter(None, [holding(cells, "needles", source, row, [name for name, kind in columns.items() if kind == "VARCHAR[]"])])
    return [f'"customer_id" is null and ({" or ".join(found)})'] if found and says_whose(schema, columns) else found


def says_whose(schema: str, columns: dict[str, str]) -> bool:
    """Whether each row is a customer's. One of somebody else's who had their number once stays, without the number."""
    return columns.get("customer_id") == "VARCHAR" and schema not in SOURCES


def holding(cells: list[str], words: str, source: str, row: str, lists: list[str] = ()) -> str | None:
    """That a row holds one of the subject's words. All cells are one column here: the plan of a join per column would cost more than the join."""
    texts = ([f"[{', '.join(quoted(name) for name in cells)}]"] if cells else []) + [f"coalesce({quoted(name)}, [])" for name in lists]
    if not texts:
        return None
    told = texts[0] if len(texts) == 1 else f"list_concat({', '.join(texts)})"
    return f"{row} in (select told.row from (select {row} as row, unnest({told}) as text from {source}) as told where told.text in (select text from subject.{words}))"


def quoted(name: str) -> str:
    return f'"{name}"'
