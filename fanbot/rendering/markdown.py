"""CommonMark as plain text, for platforms that show nothing else."""

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode


class PlainText:
    """Turn CommonMark into text that reads well without any formatting."""

    def __init__(self) -> None:
        self._parser = MarkdownIt("commonmark", {"html": False})
        self._parser.normalizeLink = lambda url: url  # type: ignore[method-assign]

    def write(self, source: str) -> str:
        """Return the text: marks dropped, links written out, paragraphs apart by an empty line."""
        return _blocks(SyntaxTreeNode(self._parser.parse(source)).children)


def _blocks(nodes: list[SyntaxTreeNode], *, between: str = "\n\n") -> str:
    return between.join(filter(None, map(_block, nodes)))


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "paragraph" | "heading":
            return "".join(_inline(child) for inline in node.children for child in inline.children).strip()
        case "bullet_list" | "ordered_list":
            return _list(node)
        case "blockquote":
            return _indented("> ", _blocks(node.children), "> ")
        case "fence" | "code_block":
            return node.content.rstrip("\n")
    return ""


def _list(node: SyntaxTreeNode) -> str:
    first = int(node.attrs.get("start", 1))
    loose = any(
        part.type == "paragraph" and not part.hidden for item in node.children for part in item.children
    )
    lines = []
    for number, item in enumerate(node.children, start=first):
        mark = "- " if node.type == "bullet_list" else f"{number}. "
        text = _blocks(item.children, between="\n\n" if loose else "\n")
        lines.append(_indented(mark, text, " " * len(mark)))
    return ("\n\n" if loose else "\n").join(lines)


def _indented(first: str, text: str, others: str) -> str:
    head, *rest = text.split("\n")
    return "\n".join([f"{first}{head}".rstrip(), *(f"{others}{line}".rstrip() for line in rest)])


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "text" | "text_special" | "code_inline":
            return node.content
        case "softbreak":
            return " "
        case "hardbreak":
            return "\n"
        case "link":
            return _link("".join(map(_inline, node.children)), str(node.attrs["href"]))
        case "image":
            return _link(node.content, str(node.attrs["src"]))
    return "".join(map(_inline, node.children))


def _link(text: str, url: str) -> str:
    """Write a link so that its address can be read.

    >>> _link("our shop", "https://shop.example"), _link("https://shop.example", "https://shop.example")
    ('our shop (https://shop.example)', 'https://shop.example')
    """
    if not text or not url:
        return text or url
    return text if url in (text, f"mailto:{text}", f"tel:{text}") else f"{text} ({url})"
