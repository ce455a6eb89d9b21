"""`svod campaigns collect`: the collector as a process, or several."""

from typing import Annotated

import typer
from rich.console import Console

from pipelines.campaigns.commands import campaigns

console = Console(stderr=True)


@campaigns.command("collect")
def collect(
    address: Annotated[str | None, typer.Option(help="Address to listen at. Default: `collector.address`.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port. Default: `collector.port`.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=64, help="Processes. Default: `collector.workers`.")] = None,
) -> None:
    """Take back what people answer: opens, clicks, unsubscriptions, providers' webhooks. Runs until it is stopped, behind a proxy that speaks HTTPS.

    Examples:  [bold]svod campaigns collect[/bold]  ·  [bold]svod campaigns collect --port 8025 --workers 2[/bold]
    """
    import uvicorn

    from pipelines.responses.tokens import sign
    from pipelines.settings import settings

    given = settings().collector
    sign("open", "0" * 32)  # the key is there before several processes want to make it
    if not given.url:
        console.print("[yellow]collector.url is not set:[/yellow] messages carry no links to this collector yet.")
    uvicorn.run(
        "pipelines.responses.collector:app",
        factory=True,
        host=address or given.address,
        port=given.port if port is None else port,
        workers=workers or given.workers,
        access_log=False,  # addresses in it say who opened what
        log_level="warning",
        server_header=False,
        forwarded_allow_ips=given.trusted_proxies,
        limit_concurrency=1000,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=15,
    )
