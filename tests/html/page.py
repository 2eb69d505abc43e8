"""An HTML page as a test reads it, by the standard library's parser."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr", "path", "rect", "circle"}
UNSEEN = {"style", "title", "desc", "script"}


@dataclass
class Element:
    """An element with what was found inside it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def all(self, tag: str) -> list[Element]:
        """Every element of that name below this one."""
        return [found for child in self.children for found in ([child] if child.tag == tag else []) + child.all(tag)]

    @property
    def text(self) -> str:
        """All text below, in no order that matters."""
        return " ".join([*self.texts, *(child.text for child in self.children)])


class Page(HTMLParser):
    """A whole page; fails on an element that is never closed, or closed without having been opened."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("root", {})
        self._open = [self.root]
        self.visible: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [self.root], f"never closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        assert len(element.attributes) == len(attrs), f"an attribute twice in {attrs}"
        self._open[-1].children.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        opened = self._open.pop()
        assert opened.tag == tag, f"</{tag}> closes <{opened.tag}>"

    def handle_data(self, data: str) -> None:
        self._open[-1].texts.append(data)
        if self._open[-1].tag not in UNSEEN:
            self.visible.append(data)

    @property
    def elements(self) -> list[Element]:
        """Every element."""

        def below(element: Element) -> list[Element]:
            return [found for child in element.children for found in (child, *below(child))]

        return below(self.root)

    @property
    def text(self) -> str:
        """What a reader sees, on one line."""
        return " ".join("".join(self.visible).split())
