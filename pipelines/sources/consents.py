"""What people said about consent, as any form, till or call centre writes it down: one row per statement.

A cell of channels may hold several, apart by semicolon or comma. Who spoke is told by an address, or by the id of a record that another
source brings (`hubspot:contact:101`); nobody becomes a customer by a statement alone. Lands in `raw_consents`, all columns as text.
"""

from pipelines.sources.preset import Preset, Table

STATEMENTS = {
    "record_id": ("record_id", "Record"),
    "email": ("email", "E-mail", "Почта", "Электронная почта"),
    "phone": ("phone", "Phone number", "Mobile", "Телефон"),
    "telegram": ("telegram", "Telegram ID", "Telegram chat", "Телеграм"),
    "purpose": ("purpose", "Цель"),
    "channel": ("channel", "Channels", "Канал", "Каналы"),
    "action": ("action", "Status", "Действие", "Статус"),
    "occurred_at": ("occurred_at", "Date", "Time", "Timestamp", "Дата", "Время", "Дата и время"),
    "expires_at": ("expires_at", "Valid until", "Действует до"),
    "method": ("method", "How", "Способ"),
    "legal_basis": ("legal_basis", "Basis", "Основание"),
    "document": ("document", "Wording", "Document version", "Документ", "Версия документа"),
    "ip": ("ip", "IP address", "IP-адрес"),
}

SPELLINGS = {column: (*spellings, column.replace("_", " ")) for column, spellings in STATEMENTS.items()}

PRESET = Preset(
    name="consents",
    title="Statements of consent",
    kind="crm",
    where="one row per statement, CSV, XLSX or Parquet, headers in Russian or English",
    tables=(
        Table(
            name="statements", description="One row per statement about consent and export", columns=SPELLINGS, required=("purpose", "action", "occurred_at")
        ),
    ),
)
