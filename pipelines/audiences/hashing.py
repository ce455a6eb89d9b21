"""How values are written before they are hashed, as macros of DuckDB, so that a million rows take seconds.

Each takes what the marts hold (e-mail in lower case, phone in E.164) but does not rely on it. A value that cannot be used is null, never the
hash of an empty text. Cyrillic stays Cyrillic: platforms hash the UTF-8 text in lower case, and a rule that keeps a to z only would make
every Russian name one and the same hash.

Sources: developers.facebook.com/documentation/ads-commerce/conversions-api/parameters/customer-information-parameters (2026-01),
developers.google.com/data-manager/api/devguides/concepts/formatting, support.google.com/google-ads/answer/7659867,
yandex.com/support/audience/en/file, target.my.com/help/advertisers/sourceuserlists/en.
"""

from duckdb import DuckDBPyConnection

MACROS = {
    # E-mail: lower case, no white space anywhere. Google takes dots and what follows a plus out of its own domains, and of those only.
    "ad_email(value)": r"case when regexp_full_match(lower(regexp_replace(nfc_normalize(value), '\s', '', 'g')), '[^@]+@[^@]+\.[^@]+') then lower(regexp_replace(nfc_normalize(value), '\s', '', 'g')) end",
    "ad_google_email(value)": r"""case when regexp_matches(ad_email(value), '@(gmail|googlemail)\.com$')
        then replace(regexp_replace(split_part(ad_email(value), '@', 1), '\+.*$', ''), '.', '') || '@' || split_part(ad_email(value), '@', 2) else ad_email(value) end""",
    # Phone: digits with the country code, without plus or leading zeros; Google wants the plus.
    "ad_phone(value)": r"nullif(regexp_extract(ltrim(regexp_replace(value, '\D', '', 'g'), '0'), '^\d{7,15}$'), '')",
    "ad_google_phone(value)": "'+' || ad_phone(value)",
    # Names: lower case, trimmed; Meta takes no punctuation either. \p{L} are letters of any script, \p{M} their accents.
    "ad_name(value)": r"nullif(lower(regexp_replace(trim(nfc_normalize(value), ' ' || chr(9) || chr(160)), '\s+', ' ', 'g')), '')",
    "ad_meta_name(value)": r"nullif(trim(regexp_replace(ad_name(value), '[^\p{L}\p{M}\p{N} ]', '', 'g')), '')",
    # Places: no spaces at all at Meta. Of American codes the first five digits.
    "ad_meta_place(value)": r"nullif(regexp_replace(ad_meta_name(value), '\s', '', 'g'), '')",
    "ad_country(value)": "case when regexp_full_match(lower(trim(value)), '[a-z]{2}') then lower(trim(value)) end",
    "ad_zip(value, country)": r"nullif(case when ad_country(country) = 'us' then left(regexp_replace(value, '[\s-]', '', 'g'), 5) else lower(regexp_replace(value, '[\s-]', '', 'g')) end, '')",
}


def register(connection: DuckDBPyConnection) -> None:
    """Make the macros known to this connection."""
    for signature, body in MACROS.items():
        connection.execute(f"create or replace temp macro {signature} as ({body})")
