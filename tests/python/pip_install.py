"""`pip install ./python` without a network, in two kinds of fresh environments, and the README's Python block after it. Takes minutes."""

import os
import pathlib
import re
import subprocess
import sys

import pytest

SOURCE = pathlib.Path(__file__).parent.parent.parent
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], env=ENVIRONMENT, capture_output=True, text=True, **options)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def environment(folder, *options):
    made = subprocess.run([sys.executable, "-m", "venv", *options, folder], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("python3 makes no environments. On Debian: apt-get install python3-venv")
    return folder / "bin" / "python"


def test_in_a_bare_environment(tmp_path):
    python = environment(tmp_path / "bare")
    run(python, "-m", "pip", "install", "--no-index", "--no-deps", SOURCE / "python")  # NumPy would come from the network
    cache = next((SOURCE / "build").glob("wheel-*/CMakeCache.txt")).read_text()
    assert "WEIR_NATIVE:BOOL=OFF" in cache or "WEIR_NATIVE:UNINITIALIZED=OFF" in cache
    assert "weir" in run(python, "-m", "pip", "list")


@pytest.mark.parametrize("options", [[], ["--no-build-isolation"]], ids=["isolated", "not isolated"])
def test_beside_the_packages_of_the_system(tmp_path, options):
    python = environment(tmp_path / "venv", "--system-site-packages")
    run(python, "-m", "pip", "install", "--no-index", *options, SOURCE / "python")
    block = re.search(r"```python\n(.*?)```", (SOURCE / "README.md").read_text(encoding="utf-8"), re.S).group(1)
    (tmp_path / "block.py").write_text(block, encoding="utf-8")
    assert "test accuracy 0.9" in run(python, tmp_path / "block.py", cwd=tmp_path)
    origin = run(python, "-c", "import weir; print(weir.__file__)", cwd=tmp_path)
    assert origin.startswith(str(tmp_path / "venv"))


def test_from_the_source_archive(tmp_path):
    sys.path.insert(0, str(SOURCE / "python"))
    import backend

    archive = tmp_path / backend.build_sdist(tmp_path)
    python = environment(tmp_path / "venv", "--system-site-packages")
    run(python, "-m", "pip", "install", "--no-index", archive)
    assert run(python, "-c", "import weir; print(weir.relu([-1.0, 2.0]))", cwd=tmp_path) == "[0. 2.]\n"
