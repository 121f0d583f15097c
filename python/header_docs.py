"""Writes weir/_docs.py: the comments of weir's public headers, which become docstrings.

    header_docs.py SOURCE_ROOT OUTPUT

DOCS maps the name of a class or function to the comment above it, MEMBERS the name of a struct to the comments of its members.
"""

import pathlib
import re
import sys

# What is written differently in Python.
PYTHON = [
    (r"weir::fit\(model, train, \{\.\.\., \.callbacks = \{(.*?)\}, \.resume = (.*?)\}\);", r"model.fit(x, y, ..., callbacks=[\1], resume=\2)"),
    (r"as in quantity\.hpp", "see History.to_dict for the names of quantities"),
    (r"\(\{(\.[^{}]*)\}\)", lambda m: "(" + re.sub(r"\.(\w+) = ", r"\1=", m.group(1)) + ")"),
    (r"FitOptions::(\w+)", r"fit(\1=)"),
    (r"ModelOptions::(\w+)", r"Model(\1=)"),
    (r"(?<=\w)::(?=\w)", "."),
    (r"\bfalse\b", "False"),
    (r"\btrue\b", "True"),
    (r"\bnullptr\b", "None"),
]


def text_of(comment):
    """The text of the lines of a // comment: paragraphs are joined, indented lines (equations) stay."""
    text, own_line = "", True
    for line in comment:
        line = re.sub(r"^\s*// ?", "", line).rstrip()
        alone = not line or line.startswith(" ")
        text += ("\n" if own_line or alone else " ") + line
        own_line = alone
    for pattern, replacement in PYTHON:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def parse(header, docs, members):
    lines = header.read_text(encoding="utf-8").split("\n")
    comment, struct = [], None
    for line in lines:
        if line.startswith("//"):
            comment.append(line)
            continue
        if line.startswith(("template", "requires")):
            continue
        found = re.match(r"(?:class|struct) (\w+)[^;]*\{", line)
        alias = re.match(r"using (\w+) = \w+<(\w+)>;", line)
        function = re.match(r"[\w:<>&,\s\*]+?\b(\w+)\(.*(;|,|\{)$", line)
        name = (found or alias or function) and (found or alias or function).group(1)
        if name and comment and name not in docs:
            docs[name] = text_of(comment)
        if alias:
            docs.setdefault(name, docs.get(alias.group(2), ""))
            members.setdefault(name, members.get(alias.group(2), {}))
        if found:
            struct = found.group(1)
        member = struct and re.match(r"  [\w:<>]+ (\w*[^\W_]) = [^;(]*;\s*// (.*)", line)
        if member:
            members.setdefault(struct, {})[member.group(1)] = text_of([member.group(2)])
        if line.startswith("}"):
            struct = None
        if not line or not line.startswith("//"):
            comment = []


def main(root, output):
    docs, members = {}, {}
    for header in sorted(pathlib.Path(root).glob("*/include/weir/*/*.hpp")):
        parse(header, docs, members)
    for name in list(members):
        if name.endswith("Options"):
            members.setdefault(name[: -len("Options")], members[name])
    text = '"""The comments of the public headers of C++. Made by header_docs.py."""\n\n'
    text += f"DOCS = {dict(sorted(docs.items()))!r}\n\nMEMBERS = {dict(sorted((k, v) for k, v in members.items() if v))!r}\n"
    pathlib.Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
