"""The privacy class of every column of every model, and the script that writes it where a new column has none yet.

    python -m pipelines.privacy.classes        # adds what is missing to the YAML of models; then look at what it proposes and correct it

`direct_identifier`  says who somebody is, alone or nearly: left out for analysts, or turned into a keyed pseudonym if `token: true`
`quasi_identifier`   narrows down who it is: place, year of birth, gender, numbers of orders and events
`sensitive`          text in which anything may stand, or what the law protects more: left out for analysts
`none`               says nothing about who somebody is

The YAML decides; the patterns here only propose. What is published for analysts is `pipelines.pseudonymise`'s.
"""

import re
import sys
from pathlib import Path

from pipelines.settings import PROJECT

CLASSES = ("direct_identifier", "quasi_identifier", "sensitive", "none")

# First pattern that fits the whole name wins.
PATTERNS = (
    ("none", r"(_dlt)?_?load_id|_?file_id|campaign_id|(ad|adset|form|unsubscribe_group)_id|(campaign|event|segment|column|table|product|lineitem|ad|adset|form|ga4)_name"),
    ("direct_identifier", r"birth_(date|day)|birthday|date_of_birth"),
    ("none", r"unsubscribed_from_all_email|(has|is|may|shares|accepts)_.*|.*_(count|score|rank|share|amount|days|status|at|time|date|currency|upper|lower|change)|(subject|identifier|contact|visitor_id|bounce|message)_type"),
    ("direct_identifier, token: true", r"(.*_)?(record|customer|household|visitor|user|person|anonymous|previous|client|device|lead|contact|group)_id|user_pseudo_id|raw_value|value|subject_value|mailbox|address_hash|source_key|(.*_)?email(_address)?|(.*_)?phone(_number)?|loyalty_card|card_number|push_subscription|national_id|euid|leid"),
    ("sensitive", r"_?extra|properties|payload|(context_)?traits|.*notes?|note_attributes|.*comment|evidence|answers?|said|lead|title|deal_name|tags|(.*_)?url|referrer|page_(location|referrer|title)|unsub_reason_other|.*file_name|value_text|payment_reference|last_activity|.*_ids|additional_emails|items"),
    ("direct_identifier", r"(.*_)?(given|family|additional|full|first|last|second|middle|spoken|billing|shipping|source_(full|given|family|additional))_name|name_text|(.*_)?(name|given|variant|canonical|family_name|given_name|additional_name|street|postal|buyer|contact|customer)_key|given_key|(.*_)?street(_address)?|.*address[12]?|apartment|(.*_)?(zip|postal_code)|latitude|longitude|company(_name)?|.*_company|job_title|position|(.*_)?ip|fax|pager|telegram|vk|cc|account|contact|owner|.*_owner|employee|extension"),
    ("quasi_identifier", r"name|(order|event|consent_event|suppression|message|transaction|visit|watch|purchase|session|deal|provider_event|bitrix24_.*)_id|id|order_key|message_key|content_key|gender|.*_gender|birth_(year|month)|age|(.*_)?(city|locality|region|district|country|province|state)(_code|_key|_name|_region)?|country_region|location|language|.*_language|locale|time_?zone|gmtoff|dstoff|occurred_at"),
)  # fmt: skip


def proposed(name: str) -> str:
    """The class a column of this name gets until somebody says otherwise."""
    return next((kind for kind, pattern in PATTERNS if re.fullmatch(pattern, name)), "none")


def classified(text: str) -> str:
    """The YAML of models with a class at every column; those that have one keep it."""
    lines, out, inside = text.split("\n"), [], None
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if re.match(r" *columns:\s*$", line):
            inside = indent + 2
        elif inside is not None and line.strip() and (indent < inside and not line.lstrip().startswith("#")):
            inside = None
        if inside is not None and indent == inside and (found := re.match(r" *- (\{)?name: *([A-Za-z0-9_]+)", line)):
            out += _inline(line, found[2]) if found[1] else _block(line, found[2], lines[number + 1 :], inside)
        else:
            out.append(line)
    return "\n".join(out)


def _inline(line: str, name: str) -> list[str]:
    if "privacy:" in line:
        return [line]
    return [re.sub(r"\}\s*$", f", config: {{meta: {{privacy: {proposed(name)}}}}}}}", line)]


def _block(line: str, name: str, following: list[str], indent: int) -> list[str]:
    own = []
    for after in following:
        if after.strip() and len(after) - len(after.lstrip()) <= indent:
            break
        own.append(after)
    if any("privacy:" in after for after in own):
        return [line]
    return [line, f"{' ' * (indent + 2)}config: {{meta: {{privacy: {proposed(name)}}}}}"]


def main(root: Path = PROJECT / "models") -> int:
    changed = 0
    for path in sorted(root.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        new = classified(text) if re.search(r"^models:", text, re.M) else text
        if new != text:
            path.write_text(new, encoding="utf-8")
            changed += 1
    print(f"{changed} files of models got classes: look at the difference before you commit it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
