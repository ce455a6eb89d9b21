"""How many parts an SMS is sent and paid as: 160 or 153 signs each in GSM-7, 70 or 67 in UCS-2 (3GPP TS 23.038 and 23.040)."""

GSM = set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
EXTENDED = set("^{}\\[~]|€\f")  # take two


def sms_parts(text: str) -> tuple[int, str]:
    """Parts and alphabet of a text."""
    if set(text) <= GSM | EXTENDED:
        size, one, many, alphabet = len(text) + sum(sign in EXTENDED for sign in text), 160, 153, "GSM-7"
    else:
        size, one, many, alphabet = len(text.encode("utf-16-be")) // 2, 70, 67, "UCS-2"
    return (1 if size <= one else -(-size // many)), alphabet
