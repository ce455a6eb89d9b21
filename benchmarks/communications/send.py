"""Render and send against the standard library, in the same run, to the same sink: `python -m benchmarks.communications.send`.

Ours is the delivery of batches as it runs in earnest: the template folder rendered by the sandboxed worker in its own process, links and pixel
signed, MIME by hand, journal, rates, four pipelined connections. Not in it: claiming from the warehouse, DKIM, and a network that takes its time.
The peer renders the same words with plain Jinja, without sandbox, counted links and MJML's frame, and hands them over with
`email.message.EmailMessage` and `smtplib`, over one kept connection and over four in threads. So ours writes more: 12 kB a message against 5 kB.
The sink is a process of its own that speaks SMTP (PIPELINING included) and throws everything away; `--sink host:port` takes another one, such as
Postfix's smtp-sink. CPU is that of the sending process and of its worker, with their beginning, which weighs where there are few messages.
"""

import asyncio
import os
import resource
import smtplib
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Annotated

import jinja2
import typer
from rich.console import Console
from rich.table import Table

PARAGRAPH = "<p style='margin:0 0 12px'>Здравствуйте, {{ c.name }}! {{ c.name }}, в вашей корзине {{ c.count }} товаров на {{ c.amount }} ₽. "
HTML = (
    f"<html><body>{{% for line in c.lines %}}{PARAGRAPH}{{{{ line }}}}</p>{{% endfor %}}<a href='https://shop.example.com/basket'>В корзину</a></body></html>"
)
TEXT = "Здравствуйте, {{ c.name }}!\n{% for line in c.lines %}{{ line }}\n{% endfor %}"
SUBJECT = "{{ c.name }}, вы кое-что забыли в корзине"
COLLECTOR = {"SVOD_COLLECTOR__URL": "https://answers.example.com", "SVOD_COLLECTOR__HOSTS": '["shop.example.com"]'}
console = Console()


async def sink(port: int = 0) -> None:
    """Takes everything, as fast as lines come in."""

    class Taker(asyncio.Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:
            self.transport, self.held, self.in_data = transport, bytearray(), False
            transport.write(b"220 sink ESMTP\r\n")

        def data_received(self, data: bytes) -> None:
            self.held += data
            while True:
                if self.in_data:
                    end = self.held.find(b"\r\n.\r\n")
                    if end < 0:
                        return
                    del self.held[: end + 5]
                    self.in_data = False
                    self.transport.write(b"250 2.0.0 queued\r\n")
                    continue
                end = self.held.find(b"\n")
                if end < 0:
                    return
                verb = bytes(self.held[:4]).upper()
                del self.held[: end + 1]
                if verb == b"EHLO":
                    self.transport.write(b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")
                elif verb == b"DATA":
                    self.in_data = True
                    self.transport.write(b"354 go on\r\n")
                else:
                    self.transport.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 2.0.0 ok\r\n")

    server = await asyncio.get_running_loop().create_server(Taker, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def customers(count: int) -> list[dict]:
    return [
        {"name": f"Мария {n}", "count": n % 7 + 1, "amount": n * 13 % 9000, "lines": [f"Товар № {n + i}, хороший и нужный" for i in range(14)]}
        for n in range(count)
    ]


def templates() -> tuple[jinja2.Template, jinja2.Template]:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.from_string(HTML), environment.from_string(TEXT)


def write_template(campaigns: Path) -> None:
    """The same as a scenario has it."""
    folder = campaigns / "benchmark" / "templates" / "basket"
    folder.mkdir(parents=True)
    body = HTML.removeprefix("<html><body>").removesuffix("</body></html>")
    mjml = f"<mjml><mj-body><mj-section><mj-column><mj-text>{body}</mj-text></mj-column></mj-section></mj-body></mjml>"
    for name, text in {"email.ru.mjml": mjml, "text.ru.txt": TEXT, "subject.ru.txt": SUBJECT}.items():
        (folder / name).write_text(text, encoding="utf-8")


def cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def peer(host: str, port: int, people: list[dict]) -> None:
    html, text = templates()
    with smtplib.SMTP(host, port) as server:
        for number, person in enumerate(people):
            message = EmailMessage(policy=SMTP)
            message["From"], message["To"] = "Магазин <shop@example.com>", f"person{number}@example.com"
            message["Subject"] = f"{person['name']}, вы кое-что забыли в корзине"
            message["Message-ID"] = f"<{number}@example.com>"
            message["List-Unsubscribe"] = f"<https://answers.example.com/u/{number}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
            message.set_content(text.render(c=person))
            message.add_alternative(html.render(c=person), subtype="html")
            server.send_message(message)


def peers(host: str, port: int, people: list[dict], threads: int = 4) -> None:
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda part: peer(host, port, people[part::threads]), range(threads)))


def ours(host: str, port: int, people: list[dict]) -> None:
    """The sender itself, batch by batch, from rows as a claim writes them."""
    from pipelines.sending.channels.smtp import Smtp
    from pipelines.sending.claim import Batch
    from pipelines.sending.deliver import Delivery, Temper
    from pipelines.sending.journal import Journal
    from pipelines.sending.parts import parts
    from pipelines.sending.rates import Rates
    from pipelines.sending.settings import Email, Sending
    from pipelines.settings import settings

    write_template(settings().campaigns)
    account = Email(mode="live", host=host, port=port, security="none", from_address="shop@example.com", from_name="Магазин", rate=100_000)

    def row(number: int) -> dict:
        return {"message_id": f"{number:032x}", "attempt": 1, "tries": 0, "channel": "email", "identifier_type": "email", "address": f"person{number}@example.com",
                "purpose": "marketing", "locale": "ru", "scenario": "benchmark", "step": "mail", "template": "basket", "event": None, "expires_at": f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d %H:%M:%S}",
                "customer": people[number]}  # fmt: skip

    async def batches() -> None:
        rates = Rates(settings().data / "rates.json", {host: account.rate})
        with parts() as given:
            async with Smtp(account, given.token) as channel:
                for start in range(0, len(people), 1000):
                    rows = [row(number) for number in range(start, min(start + 1000, len(people)))]
                    batch = Batch(f"{start:06d}-email", "email", "live", rows, Journal(f"{start:06d}-email", "email", "live", host))
                    delivery = Delivery(
                        batch, channel, account, rates, Sending(), Temper(), render=given.render, links=given.links, stop=asyncio.Event(), tell=lambda _: None
                    )
                    await delivery.run()
                    assert delivery.counts == {"accepted": len(rows)}, delivery.counts

    asyncio.run(batches())


def main(
    messages: Annotated[int, typer.Option(help="Messages of each contestant.")] = 3000,
    repeats: Annotated[int, typer.Option(help="Rounds, contestants in turn; the best round of each counts.")] = 3,
    at: Annotated[str | None, typer.Option("--sink", help="host:port of another sink.")] = None,
) -> None:
    """Print messages per second and CPU milliseconds per message of each, and how ours compares."""
    process = None if at else subprocess.Popen([sys.executable, "-m", "benchmarks.communications.send", "--serve"], stdout=subprocess.PIPE, text=True)
    host, port = (at.split(":")[0], int(at.split(":")[1])) if at else ("127.0.0.1", int(process.stdout.readline()))
    people = customers(messages)
    best: dict[str, tuple[float, float]] = {}
    try:
        for _ in range(repeats):
            for name, contestant in {"smtplib, 1 connection": peer, "smtplib, 4 connections": peers, "ours, 4 connections": ours}.items():
                with tempfile.TemporaryDirectory() as folder:
                    os.environ |= {"SVOD_DATA": folder, "SVOD_CAMPAIGNS": f"{folder}/campaigns", **COLLECTOR}
                    from pipelines.settings import settings

                    settings.cache_clear()
                    Path(folder, "communications").mkdir()
                    started, busy = time.perf_counter(), cpu()
                    contestant(host, port, people)
                    found = (time.perf_counter() - started, cpu() - busy)
                best[name] = min(best.get(name, found), found)
    finally:
        if process:
            process.kill()
    table = Table("contestant", "messages/s", "CPU ms/message")
    for name, (wall, busy) in best.items():
        table.add_row(name, f"{messages / wall:,.0f}", f"{1000 * busy / messages:.2f}")
    console.print(table)
    fastest = min(wall for name, (wall, _) in best.items() if name.startswith("smtplib"))
    console.print(f"Ours is {fastest / best['ours, 4 connections'][0]:.1f} times as fast as the faster smtplib ({messages:,} messages, best of {repeats}).")


if __name__ == "__main__":
    asyncio.run(sink()) if "--serve" in sys.argv else typer.run(main)
