"""A report in a page of its own, watched: what it complains of, asks for and opens."""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
GRAVE = ("serious", "critical")
CONTRAST = {"runOnly": ["color-contrast"]}
"""What can differ between light and dark; most of axe's time goes into it."""
NO_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}


@dataclass
class Opened:
    """One page and what was seen of it. `faults` are lines; `page` is Playwright's."""

    page: Page
    context: BrowserContext
    file: Path
    faults: list[str] = field(default_factory=list)
    scripts: bool = True

    @classmethod
    def at(
        cls, browser: Browser, file: Path, *, size: dict | None = None, dark: bool = False, scripts: bool = True,
        touch: bool = False, reduced: bool = True,
    ) -> "Opened":  # fmt: skip
        """Open the file. scripts: with JavaScript. reduced: asked for less motion, so that nothing is half way."""
        context = browser.new_context(
            viewport=size or WIDE, color_scheme="dark" if dark else "light", java_script_enabled=scripts,
            has_touch=touch, accept_downloads=True, reduced_motion="reduce" if reduced else "no-preference",
        )  # fmt: skip
        context.set_default_timeout(60_000)  # a busy machine is no fault of the page
        self = cls(context.new_page(), context, file, scripts=scripts)
        self._watch(file.as_uri())
        self.page.goto(file.as_uri(), wait_until="load")
        return self

    def _watch(self, own: str) -> None:
        def route(route):
            if route.request.url.split("#")[0] == own:
                route.continue_()
            else:
                self.faults.append(f"asks for {route.request.url[:200]}")
                route.abort()

        def told(message):
            if message.type in ("error", "warning"):
                self.faults.append(f"console {message.type}: {message.text[:300]}")

        def dialog(box):
            self.faults.append(f"dialog: {box.message[:100]}")
            box.dismiss()

        self.context.route("**/*", route)
        self.page.on("console", told)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {str(error)[:300]}"))
        self.page.on("dialog", dialog)
        self.page.on("websocket", lambda socket: self.faults.append(f"socket to {socket.url}"))
        self.context.on("page", lambda page: page is self.page or self.faults.append(f"opens {page.url[:200]}"))

    def closed(self) -> list[str]:
        """Close it; faults of the whole visit."""
        if self.scripts and self.page.evaluate("() => window.hacked"):
            self.faults.append("text from the data was run")
        if self.page.url.split("#")[0] != self.file.as_uri():
            self.faults.append(f"went to {self.page.url[:200]}")
        self.context.close()
        return self.faults

    def overflow(self, width: int) -> list[str]:
        """What sticks out to the right at this width, so that the page scrolls sideways."""
        self.page.set_viewport_size({"width": width, "height": 900})
        return self.page.evaluate(
            """() => { const wide = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= wide) return [];
              return [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > wide + 1)
                .slice(0, 6).map(e => e.tagName + '#' + e.id + '.' + (e.getAttribute('class') || '')); }"""
        )

    def axe(self, rules: dict | None = None) -> list[str]:
        """Faults that axe finds grave, or that are of contrast: rule, what it says, the first places. rules: as axe
        takes them; default its own."""
        from axe_playwright_python.base import AXE_SCRIPT

        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        options = {"resultTypes": ["violations"], "reporter": "no-passes", "preload": False, **(rules or {})}
        found = self.page.evaluate("options => axe.run(document, options).then(found => found.violations)", options)
        return [
            f"{v['id']}: {v['help']}: "
            + "; ".join(f"{n['target']} {n['html'][:90]} {n.get('failureSummary', '')[-200:]}" for n in v["nodes"][:4])
            for v in found if v["impact"] in GRAVE
        ]  # fmt: skip

    def forget(self, pattern: str) -> list[str]:
        """Faults so far that hold this text, which a test called forth itself: taken off the list."""
        told = [fault for fault in self.faults if pattern in fault]
        self.faults = [fault for fault in self.faults if pattern not in fault]
        return told

    def focused(self) -> str:
        """The element that has the focus, in a word or two."""
        return self.page.evaluate(
            """() => { const e = document.activeElement; return e === document.body ? '' :
              e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + (e.getAttribute('href') || ''); }"""
        )


def still(place: Locator) -> bytes:
    """A picture of an element once it no longer changes."""
    last, now = b"", place.screenshot()
    for _ in range(20):
        if now == last:
            break
        place.page.wait_for_timeout(60)
        last, now = now, place.screenshot()
    return now


def settle(page: Page, *, scripts: bool) -> None:
    """Wait until pictures are decoded and, where scripts run, the page has been painted."""
    page.evaluate("() => Promise.all([...document.images].map(i => i.decode().catch(() => 0)))")
    if scripts:  # without, no frame ever calls back
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
