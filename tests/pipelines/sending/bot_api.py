"""A Telegram on loopback: what is asked is checked against the published description of the Bot API; chats behave as their numbers say."""

import json
from pathlib import Path
from typing import Any

from http_peer import Request

API = json.loads((Path(__file__).parent / "bot_api.json").read_text())
TOKEN = "123456:TEST-token"
PRIMITIVES = {"Integer": lambda value: isinstance(value, int) and not isinstance(value, bool), "String": lambda value: isinstance(value, str)}
PRIMITIVES["Boolean"] = lambda value: isinstance(value, bool)


def wrong(given: Any, described: dict, name: str) -> list[str]:
    """What of an object is not as described."""
    if not isinstance(given, dict):
        return [f"{name} is no object"]
    fields = {field["name"]: field for field in described["fields"]}
    found = [f"{name}.{unknown} is not known" for unknown in given.keys() - fields.keys()]
    found += [f"{name}.{field} is missing" for field in fields if fields[field]["required"] and field not in given]
    if described.get("exactly_one_optional") and sum(not fields[field]["required"] for field in given.keys() & fields.keys()) != 1:
        found.append(f"{name} takes exactly one of its optional fields")
    for field in given.keys() & fields.keys():
        if not any(fits(given[field], kind) for kind in fields[field]["types"]):
            found.append(f"{name}.{field} is not of type {' or '.join(fields[field]['types'])}")
        low, high = fields[field].get("limits", (0, 10**9))
        if isinstance(given[field], str) and not low <= len(given[field].encode("utf-16-le")) // 2 <= high:
            found.append(f"{name}.{field} is of a wrong length")
    return found


def fits(value: Any, kind: str) -> bool:
    if kind.startswith("Array of "):
        return isinstance(value, list) and all(fits(one, kind.removeprefix("Array of ")) for one in value)
    return PRIMITIVES[kind](value) if kind in PRIMITIVES else wrong(value, API["types"][kind], kind) == []


def answer(request: Request) -> Any:
    """As Telegram answers, https://core.telegram.org/bots/api#making-requests."""
    _, bot, method = request.path.split("/")
    if bot != f"bot{TOKEN}":
        return told(401, "Unauthorized") if bot.startswith("bot123456") else told(404, "Not Found")
    if method not in API["methods"]:
        return told(404, "Not Found: method not found")
    given = request.json()
    if problems := wrong(given, API["methods"][method], method):
        return told(400, f"Bad Request: {'; '.join(problems)}")
    return CHATS.get(given["chat_id"], lambda: (200, {"ok": True, "result": {"message_id": 77, "chat": {"id": given["chat_id"]}}}, {}))()


def told(code: int, description: str, **parameters: int) -> tuple[int, dict, dict]:
    return code, {"ok": False, "error_code": code, "description": description} | ({"parameters": parameters} if parameters else {}), {}


CHATS = {
    403: lambda: told(403, "Forbidden: bot was blocked by the user"),
    404: lambda: told(400, "Bad Request: chat not found"),
    405: lambda: told(403, "Forbidden: user is deactivated"),
    429: lambda: told(429, "Too Many Requests: retry after 14", retry_after=14),
    500: lambda: told(500, "Internal Server Error"),
    502: lambda: (502, "<html>Bad Gateway</html>", {}),
    -100: lambda: told(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001557912345),
    -200: lambda: told(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-200),
    200: lambda: (200, "captive portal", {}),
}
