"""Commands in the docs: fenced blocks, and commands in running text."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = ("sh", "console")
SHOWN = ("text", "toml", "json", "csv")
"""Languages of blocks that are read, not run."""
FENCE = re.compile(r"^```(?P<info>[^\n`]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`((?:standout [a-zA-Z-]|python benchmarks/|sh benchmarks/|make [a-z])[^`]*)`(?!`)")
COMMENT = re.compile(r"\s+#.*$")


@dataclass(frozen=True)
class Block:
    """A fenced block. reason: why it is not run, or None."""

    page: str
    line: int
    language: str
    body: str
    reason: str | None

    @property
    def commands(self) -> list[str]:
        """Lines of a shell block, continued ones joined, without comments and output."""
        lines = self.body.replace("\\\n", " ").splitlines()
        if self.language == "console":
            lines = [line[2:] for line in lines if line.startswith("$ ")]
        lines = [COMMENT.sub("", line) for line in lines if line.strip() and not line.startswith("#")]
        return [part.strip() for line in lines for part in line.split("&&")]

    @property
    def file(self) -> str | None:
        """The file that the block is: its first line is a comment of nothing but the name."""
        found = re.match(r"# (\w+\.(?:py|toml))\n", self.body)
        return found[1] if found else None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(path: Path) -> list[Block]:
    """All fenced blocks of a page but Sphinx's directives."""
    text, found = path.read_text(), []
    for match in FENCE.finditer(text):
        language, _, rest = match["info"].partition(" ")
        if language.startswith("{"):
            continue
        reason = re.fullmatch(r"no-run: (.{4,})", rest)
        if rest and not reason:
            raise AssertionError(f"{path.name}: {match['info']!r}: after the language stands nothing but `no-run: why`")
        line = text.count("\n", 0, match.start()) + 1
        page = str(path.relative_to(ROOT))
        found.append(Block(page, line, language, match["body"], reason[1] if reason else None))
    return found


def spans(path: Path) -> list[str]:
    """Commands in running text and tables."""
    text = FENCE.sub("", path.read_text())
    return [" ".join(found.split()) for found in SPAN.findall(text)]


def words(command: str) -> list[str]:
    """As a shell splits it, with 1 for each variable; a bar is escaped in tables."""
    return shlex.split(re.sub(r"\$\w+", "1", command.replace("\\|", "|")))
