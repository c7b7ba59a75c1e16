"""Pages in a real browser that must not ask for anything else."""

from playwright.sync_api import BrowserContext, Page


def watch(context: BrowserContext, address: str, beside: str = "") -> tuple[Page, list[str]]:
    """A page that lists what it should not do: errors, dialogs, and requests but for itself, and
    for what has an address that begins with `beside`, if anything may."""
    wrong: list[str] = []
    context.route(lambda url: not url.startswith(("file:", "data:")), lambda route: route.abort())
    page = context.new_page()
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on(
        "request",
        lambda asked: (
            None
            if asked.url.partition("#")[0] == address
            or asked.url.startswith("data:")
            or (beside and asked.url.startswith(beside))
            else wrong.append(asked.url)
        ),
    )
    return page, wrong
