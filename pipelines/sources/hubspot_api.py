"""HubSpot contacts pulled live through its CRM API, as one more export in the inbox.

Pages of 100 through dlt's REST source, which waits as long as a 429's `Retry-After` says and retries what a busy server refused.
The file appears in `inbox/hubspot/api/` only when it is whole, under internal property names that the preset knows, so that
manifest, quarantine and staging are the same as for a file that a person exported. Pulling again without changes gives
the same content, which landing recognizes.
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import dlt
import fsspec
from dlt.sources.rest_api import rest_api_source

API = "https://api.hubapi.com"
PAGE_SIZE = 100  # the most that the list endpoint gives

# HubSpot returns five properties unless asked for more, so all that the preset can use are named.
PROPERTIES = (
    "hs_object_id", "firstname", "lastname", "email", "hs_additional_emails", "phone", "mobilephone", "jobtitle", "company", "address", "city", "state",
    "zip", "country", "date_of_birth", "gender", "hs_language", "lifecyclestage", "hs_lead_status", "hs_marketable_status", "hubspot_owner_id",
    "hs_analytics_source", "createdate", "notes_last_updated", "lastmodifieddate", "hs_email_optout", "hs_emailconfirmationstatus", "hs_legal_basis",
    "hs_merged_object_ids",
)  # fmt: skip


def contacts(token: str, base_url: str = API) -> Iterator[dict]:
    """Every contact as `{id, properties, createdAt, updatedAt, archived}`, in HubSpot's order.

    Raises `requests.HTTPError` for an answer that waiting does not cure, for instance a refused token (401).
    """
    source = rest_api_source(
        {
            "client": {
                "base_url": base_url,
                "auth": {"type": "bearer", "token": dlt.TSecretStrValue(token)},
                "paginator": {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"},
            },
            "resources": [
                {
                    "name": "contacts",
                    "endpoint": {
                        "path": "crm/v3/objects/contacts",
                        "params": {"limit": PAGE_SIZE, "properties": ",".join(PROPERTIES)},
                        "data_selector": "results",
                    },
                }
            ],
        }
    )
    yield from source.resources["contacts"]


def pull_contacts(inbox_url: str, token: str, run_at: datetime, base_url: str = API, **options) -> int:
    """Write all contacts to `inbox/hubspot/api/contacts_<date>.csv` and return how many there were.

    The file is written aside and put in place when whole: an interrupted pull leaves the inbox as it was.
    """
    target = f"{inbox_url.rstrip('/')}/hubspot/api/contacts_{run_at:%Y%m%d}.csv"
    filesystem, path = fsspec.core.url_to_fs(target, **options)
    filesystem.makedirs(str(Path(path).parent), exist_ok=True)
    part = str(Path(path).with_name(f".{Path(path).name}.part"))
    count = 0
    with filesystem.open(part, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=PROPERTIES, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for count, contact in enumerate(contacts(token, base_url), start=1):  # noqa: B007 -- its last value is the answer
            writer.writerow(
                {"hs_object_id": contact["id"], "createdate": contact.get("createdAt"), "lastmodifieddate": contact.get("updatedAt")} | contact["properties"]
            )
    filesystem.mv(part, path)
    return count
