"""A content file as text becomes a tree of nodes."""

import yaml

from flows.reading.nodes import Node, Sheet

# The same nodes and lines either way; the one in C reads signs.yaml ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def open_sheet(sheet: Sheet, body: str) -> Node:
    """The root of a file; where it is no YAML, that is noted and the root is absent."""
    try:
        root = yaml.compose(body.removeprefix("\ufeff"), Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        sheet.wrong(
            mark.line + 1 if mark else 1,
            f"not readable as YAML ({error.problem or error.context}); "
            "check quotes, colons and indentation here and in the line above",
        )
        return Node(sheet, None)
    except yaml.reader.ReaderError as error:
        line = body.count("\n", 0, error.position) + 1
        sheet.wrong(line, "holds a character that no text has; delete it")
        return Node(sheet, None)
    if root is None:
        sheet.wrong(1, "is empty; delete it or fill it in")
    elif (doubled := _alias(root)) is not None:
        sheet.wrong(doubled.start_mark.line + 1, "is used by an alias (*); write the value out")
        return Node(sheet, None)
    return Node(sheet, root)


def _alias(root: yaml.Node) -> yaml.Node | None:
    """A node that stands in two places: with aliases a small file may be endless."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return node
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
    return None
