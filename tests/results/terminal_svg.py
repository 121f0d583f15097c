#!/usr/bin/env python3
"""Runs a command in a terminal of its own and draws what stands on the screen at its end as an SVG.

    tests/results/terminal_svg.py FILE.svg SHOWN -- COMMAND [ARGUMENT ...]

SHOWN is what the prompt's line says, such as "./weir train". The README's picture:
    tests/results/terminal_svg.py tests/results/train.svg "./weir train" -- ./weir train
"""
import html
import os
import pty
import re
import sys

COLUMNS, CHARACTER, LINE, MARGIN = 96, 8.0, 19, 18


def output_of(command):
    """All that the command writes to a terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.pop("CI", None)
        os.environ.pop("NO_COLOR", None)
        os.execvp(command[0], command)
    written = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        written += piece
    _, status = os.waitpid(child, 0)
    if status != 0:
        sys.exit(f"{command[0]}: exit code {os.waitstatus_to_exitcode(status)}")
    return written.decode()


def screen(text):
    """The lines that remain: a carriage return goes back to the line's beginning, ESC [ K erases from there on."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        cells, column = [], 0
        for token in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|.", line, re.S):
            if token == "\r":
                column = 0
            elif token == "\x1b[K":
                del cells[column:]
            elif not token.startswith("\x1b"):
                cells[column:column + 1] = [token]
                column += 1
        lines.append("".join(cells).rstrip())
    while lines and not lines[-1]:
        lines.pop()
    return lines


def drawing(shown, lines):
    width, height = round(2 * MARGIN + COLUMNS * CHARACTER), 2 * MARGIN + (len(lines) + 1) * LINE
    rows = [f'<text class="typed" x="{MARGIN}" y="{MARGIN + 14}"><tspan class="prompt">$&#160;</tspan>{html.escape(shown)}</text>']
    for number, line in enumerate(lines, 1):
        if line:
            rows.append(f'<text x="{MARGIN}" y="{MARGIN + 14 + number * LINE}" xml:space="preserve">{html.escape(line)}</text>')
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
  aria-label="What {html.escape(shown)} prints in a terminal">
<style>
  rect {{ fill: #fbfbf9; stroke: #d5d5cf }}
  text {{ font: 13.3px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #2c3138; white-space: pre }}
  .typed {{ font-weight: bold }}
  .prompt {{ fill: #0b6e8a }}
  @media (prefers-color-scheme: dark) {{
    rect {{ fill: #16191d; stroke: #363c44 }}
    text {{ fill: #d8dce1 }}
    .prompt {{ fill: #6cc3dc }}
  }}
</style>
<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8"/>
{chr(10).join(rows)}
</svg>
"""


def main():
    if len(sys.argv) < 5 or sys.argv[3] != "--":
        sys.exit(__doc__)
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(drawing(sys.argv[2], screen(output_of(sys.argv[4:]))))


if __name__ == "__main__":
    main()
