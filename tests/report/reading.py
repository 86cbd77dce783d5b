"""Reads a report as a browser would: elements, attributes and visible text."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from standout.report.assessment import assessment

VOID = {"meta", "link", "img", "br", "input"}
SOURCES = {row["link"] for row in [*assessment()["sources"], *assessment()["tags"].values()]}
"""Addresses that a reader may follow, and the page never asks by itself: those of laws and taxonomies."""


@dataclass
class Element:
    """One element with its attributes, children and text."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: list["Element | str"] = field(default_factory=list)

    def all(self, tag: str = "", css: str = "") -> list["Element"]:
        """Elements below, in the order of the page, by tag and class."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if tag in ("", child.tag) and (not css or css in child.attributes.get("class", "").split()):
                    found.append(child)
                found += child.all(tag, css)
        return found

    @property
    def text(self) -> str:
        """Visible text, blanks joined."""
        parts = [
            c if isinstance(c, str) else " " if c.tag == "br" else c.text
            for c in self.children
            if self.tag not in ("style", "title", "script")
        ]
        return " ".join("".join(parts).split())


class Reader(HTMLParser):
    """Builds the tree and insists that every element is closed in order."""

    def __init__(self):
        super().__init__()
        self.root = self.at = Element("", {})

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"attribute twice in <{tag}>"
        element = Element(tag, {k: v or "" for k, v in attrs}, self.at)
        self.at.children.append(element)
        if tag not in VOID:
            self.at = element

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.at.tag == tag, f"</{tag}> closes <{self.at.tag}>"
        assert self.at.parent is not None
        self.at = self.at.parent

    def handle_data(self, data):
        self.at.children.append(data)


def read(html: str) -> Element:
    """The page as a tree."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.at is reader.root, f"<{reader.at.tag}> is not closed"
    return reader.root


def spoken(root: Element) -> str:
    """Everything that a reader may see or hear: text, titles, alternatives and labels."""
    said = [e.attributes[a] for e in root.all() for a in ("title", "alt", "aria-label") if a in e.attributes]
    said += [str(c) for e in root.all("title") for c in e.children]
    return " \n".join([root.text, *said])


def scripts_of(html: str) -> list[str]:
    """Every script that a browser would run, to the byte."""
    return re.findall("<script>(.*?)</script>", html, flags=re.S)


def without_scripts(html: str) -> str:
    """The page less its script elements: what a reader without JavaScript gets."""
    return re.sub("<script[^>]*>.*?</script>", "", html, flags=re.S)
