"""A message's sources made into programs, once per version: MJML to HTML, links tracked, the plain text drawn from the HTML, Jinja compiled.

`write` runs them for one person. It knows no limits: `worker` sets them.
"""

import html as entities
import json
import re
import traceback
from functools import lru_cache

import jinja2
import mrml

from pipelines.messages.broken_mjml import broken
from pipelines.messages.folder import Source, TemplateError
from pipelines.messages.held_tokens import WORD, Tag, hold, release
from pipelines.messages.plain_text import plain_text, tidy
from pipelines.messages.problem import Problem, place, problem
from pipelines.messages.sandbox import fields, sandbox
from pipelines.messages.words import LINKS

LONGEST = {"html": 1_000_000, "text": 200_000, "subject": 1_000, "preheader": 1_000}  # signs
HREF = re.compile(r'(<a\b[^>]*?\bhref=")([^"]*)(")', re.IGNORECASE)
NO_FONTS = mrml.RenderOptions(fonts={})  # otherwise a mail would ask an outside server for them
ORDER = ("subject", "preheader", "html", "text", "title", "body", "url")


class TooLong(ValueError):
    """What was written is longer than anybody would read."""


class Program:
    """One part, compiled; an error in it is told by the file and line of its source."""

    def __init__(self, environment: jinja2.Environment, name: str, text: str, tags: list[Tag]) -> None:
        self.source, self.lines = release(text, tags)
        try:
            self.template = environment.from_string(self.source)
        except jinja2.TemplateSyntaxError as error:
            raise TemplateError(problem("syntax", place=self.place(error.lineno, name), message=error.message)) from None

    def place(self, line: int | None, name: str = "template") -> Problem:
        tag, file, number = self.lines.get(line or 0) or ("", name, line)
        return problem("place_of_tag", file=file, line=number, tag=tag) if tag else place(file, number)

    def written(self, values: dict, longest: int) -> str:
        pieces, size = [], 0
        for piece in self.template.root_render_func(self.template.new_context(values)):
            size += len(piece)
            if size > longest:
                raise TooLong(f"more than {longest:,} signs")
            pieces.append(piece)
        return "".join(pieces)

    def blamed(self, error: BaseException) -> str:
        """Where an error arose, without what Jinja says of it: that may quote a value."""
        for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
            if frame.f_globals.get("__jinja_template__") is self.template:
                return self.place(self.template.get_corresponding_lineno(line))
        return "template"


@lru_cache(maxsize=256)
def compiled(channel: str, locale: str, time_zone: str, sources: tuple[tuple[str, Source], ...]) -> dict[str, Program]:
    """The programs of a message by part. Equal sources are compiled once in a process."""
    plain, rich = sandbox(locale, time_zone, escape=False), sandbox(locale, time_zone, escape=True)
    programs, given = {}, dict(sources)
    for part, source in given.items():
        if part == "push":
            programs |= {name: Program(plain, source.name, *hold(member)) for name, member in members(source).items()}
            continue
        text, tags = hold(source)
        if part == "html":
            text = html(text, source, tags)
            if "text" not in given:
                programs["text"] = Program(plain, source.name, with_line_ends(plain_text(text), tags), tags)
        programs[part] = Program(rich if part == "html" else plain, source.name, text, tags)
    return dict(sorted(programs.items(), key=lambda item: ORDER.index(item[0]) if item[0] in ORDER else len(ORDER)))


def html(held: str, source: Source, tags: list[Tag]) -> str:
    """HTML of MJML whose tags are held. Every literal link is tracked; tags are added for that."""
    try:
        written = mrml.to_html(held, None, NO_FONTS).content
    except OSError:  # it says neither where nor what
        raise TemplateError(broken(held, source)) from None

    def tracked(found: re.Match) -> str:
        if not found[2].startswith("https://") or WORD.search(found[2]):
            return found[0]
        tags.append((f"{{{{ {json.dumps(entities.unescape(found[2]), ensure_ascii=False)}|track }}}}", source.name, 0))
        return f"{found[1]}jinJa{len(tags) - 1}aJnij{found[3]}"

    return HREF.sub(tracked, written)


def with_line_ends(text: str, tags: list[Tag]) -> str:
    """Only a tag that stands alone takes the end of its line with it (`trim_blocks`); one after words leaves it, which `+%}` says."""

    def kept(found: re.Match) -> str:
        tag, *place = tags[int(found[1])]
        if not tag.startswith("{%") or tag.endswith(("-%}", "+%}")):
            return found[0]
        tags.append((f"{tag[:-2]}+%}}", *place))
        return f"jinJa{len(tags) - 1}aJnij"

    return "\n".join(WORD.sub(kept, line) if WORD.sub("", line).strip() else line for line in text.split("\n"))


def members(source: Source) -> dict[str, Source]:
    """The members of a web push: title, body, url and any others, each a template."""
    try:
        found = json.loads(source.text)
    except json.JSONDecodeError as error:
        raise TemplateError(problem("not_json", place=place(source.name, error.lineno), message=error.msg)) from None
    if not isinstance(found, dict) or not {"title", "body"} <= set(found) or not all(isinstance(value, str) for value in found.values()):
        raise TemplateError(problem("not_texts", file=source.name))
    return {name: Source(source.name, text, tuple((f"{source.name}: {name}", 1) for _ in range(text.count(chr(10)) + 1))) for name, text in found.items()}


def write(programs: dict[str, Program], values: dict) -> tuple[dict[str, str], list[str]]:
    """Every part for one person, and the links to be tracked. An error carries `place`."""
    links: list[str] = []
    context = {"preheader": "", **values, "c": fields(values["c"]), "e": fields(values["e"]), LINKS: links}
    written: dict[str, str] = {}
    for part, program in programs.items():
        try:
            written[part] = tidied(part, program.written({**context, **written}, LONGEST.get(part, LONGEST["text"])))
        except Exception as error:
            error.place = program.blamed(error)
            raise
    return written, links


def tidied(part: str, text: str) -> str:
    """Headers are one line, whatever a name may hold; texts lose the blank lines that loops leave."""
    if part == "html":
        return text
    return tidy(text) if part in ("text", "body") else " ".join(text.split())
