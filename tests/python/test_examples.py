"""The examples run, and end with the line that their header names."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "python"


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.py")))
def test_example(name, tmp_path):
    if "import pandas" in (FOLDER / name).read_text():
        pytest.importorskip("pandas")
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "WEIR_DATA_DIR": str(tmp_path)}
    run = subprocess.run([sys.executable, FOLDER / name], capture_output=True, text=True, timeout=240, cwd=tmp_path, env=environment)
    assert run.returncode == 0, run.stderr
    last = run.stdout.strip().splitlines()[-1]
    header = " ".join((FOLDER / name).read_text().split('"""')[1].split())
    accuracy = re.search(r"accuracy (0\.\d+)$", last)
    if accuracy:
        wanted = float(re.findall(r"(0\.\d+) (?:or more|for the small digits)", header)[-1])
        assert float(accuracy.group(1)) >= wanted
    else:
        assert f"The last line: {last}." in header
