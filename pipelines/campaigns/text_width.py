"""How wide a line of text is, without a browser: by DejaVu Sans, the widest of the common fonts, so that it fits in any of them."""

NARROW, WIDE, WIDEST = set("iljIt1f.,:;|!'`()[]/ ·-"), set("mwМШЩЖЮФЫшщжюфым—WM%@→&"), set("ШЩЖЮ@WM%—")
SHARES = {"narrow": 0.40, "wide": 0.90, "widest": 1.09, "capital": 0.76, "plain": 0.64}


def wide(text: str, size: float) -> float:
    """The width of one line in pixels, rather too much than too little."""
    return size * sum(_share(letter) for letter in text)


def _share(letter: str) -> float:
    if letter in NARROW:
        return SHARES["narrow"]
    if letter in WIDEST:
        return SHARES["widest"]
    if letter in WIDE:
        return SHARES["wide"]
    return SHARES["capital" if letter.isupper() else "plain"]


def wrapped(text: str, width: float, size: float) -> list[str]:
    """Lines no wider than `width`, broken between words; a word that is too long by itself is broken within."""
    lines: list[str] = [""]
    for word in text.split():
        if wide(f"{lines[-1]} {word}", size) > width and lines[-1]:
            lines.append("")
        while wide(word, size) > width:
            fits = max(1, next(count for count in range(len(word), 0, -1) if wide(word[:count], size) <= width or count == 1))
            lines[-1:] = [*([lines[-1]] if lines[-1] else []), word[:fits], ""]
            word = word[fits:]
        lines[-1] = f"{lines[-1]} {word}".strip()
    return [line for line in lines if line] or [""]
