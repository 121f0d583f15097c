"""The backend's wheel, of the module that is already built, and what an import says where something is missing."""

import hashlib
import base64
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile

import pytest
import weir

SOURCE = pathlib.Path(__file__).parent.parent.parent
PACKAGE = pathlib.Path(weir.__file__).parent
BUILD = PACKAGE.parent.parent
sys.path.insert(0, str(SOURCE / "python"))
import backend  # noqa: E402

if "LD_PRELOAD" in os.environ:
    pytest.skip("a module with sanitizers is not packed", allow_module_level=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([os.environ.get("CMAKE", "cmake"), "--install", BUILD, "--component", "python", "--prefix", folder / "stage"], check=True)
    return folder / backend.pack(folder / "stage", folder)


def test_the_name_says_for_what_it_is(wheel):
    major, minor = sys.version_info[:2]
    machine = sysconfig.get_platform().replace("-", "_")
    assert wheel.name == f"weir-{weir.__version__}-cp{major}{minor}-cp{major}{minor}-{machine}.whl"
    assert re.search(rf"\.cpython-{major}{minor}-", sysconfig.get_config_var("EXT_SUFFIX"))


def test_what_the_wheel_holds(wheel):
    info = f"weir-{weir.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        module = "weir/_weir" + sysconfig.get_config_var("EXT_SUFFIX")
        for name in ("weir/__init__.py", "weir/_build.py", "weir/py.typed", module, "weir/digits/NOTICE", f"{info}/LICENSE", f"{info}/METADATA"):
            assert name in names
        for path in (SOURCE / "python" / "weir").glob("*.py*"):
            assert path.suffix == ".in" or f"weir/{path.name}" in names
        assert not [name for name in names if "__pycache__" in name or not name.startswith(("weir/", info))]
        rows = [line.rsplit(",", 2) for line in archive.read(f"{info}/RECORD").decode().splitlines()]
        assert sorted(row[0] for row in rows) == sorted(names)
        for name, digest, size in rows:
            content = archive.read(name)
            if not name.endswith("RECORD"):
                assert int(size) == len(content)
                assert digest == "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        metadata = archive.read(f"{info}/METADATA").decode()
        assert "\nName: weir\n" in metadata and re.search(r"\nRequires-Dist: numpy>=1\.20(,<2)?\n", metadata)
        assert f"\nTag: {backend.tag()}\n" in archive.read(f"{info}/WHEEL").decode()


def test_the_same_bytes_each_time(wheel, tmp_path):
    backend.pack(wheel.parent / "stage", tmp_path)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_pip_installs_it_into_a_bare_environment(wheel, tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    made = subprocess.run([sys.executable, "-m", "venv", tmp_path / "bare"], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip("python3 makes no environments. On Debian: apt-get install python3-venv")
    python = tmp_path / "bare" / "bin" / "python"

    def run(*command, code=0):
        result = subprocess.run([python, *command], env=environment, capture_output=True, text=True, cwd=tmp_path)
        assert result.returncode == code, result.stdout + result.stderr
        return result.stdout + result.stderr

    run("-m", "pip", "install", "--no-index", "--no-deps", wheel)
    assert f"weir {weir.__version__}" in re.sub(" +", " ", run("-m", "pip", "list"))
    last = run("-c", "import weir", code=1).splitlines()[-1]
    assert last == "ImportError: weir: NumPy is not installed. Type: pip install numpy, or on Debian: apt-get install python3-numpy"
    # NumPy from where this test has it.
    import numpy

    environment["PYTHONPATH"] = str(pathlib.Path(numpy.__file__).parent.parent)
    assert run("-c", "import weir; print(weir.__file__, weir.relu([-1.0, 2.0]))").startswith(f"{tmp_path}/bare/lib")
    environment.pop("PYTHONPATH")
    run("-m", "pip", "uninstall", "--yes", "weir")
    assert not list((tmp_path / "bare").rglob("*weir*"))


def test_without_libgomp_the_import_says_so_in_a_line(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "weir")
    module = next((tmp_path / "weir").glob("_weir*.so"))
    content = module.read_bytes()
    if b"libgomp.so.1\0" not in content:
        pytest.skip("the module is built without libgomp")
    module.write_bytes(content.replace(b"libgomp.so.1\0", b"libgomp.so.0\0"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = subprocess.run([sys.executable, "-c", "import weir"], env=environment, capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == "ImportError: weir: libgomp.so.1 (OpenMP) is not installed. On Debian: apt-get install libgomp1"


@pytest.mark.parametrize("numpy, pybind11, fits", [("2.0.1", "2.10.3", False), ("2.0.1", "2.12.0", True), ("1.24.2", "2.10.3", True)])
def test_pybind11_and_numpy_that_do_not_fit_are_named(monkeypatch, tmp_path, numpy, pybind11, fits):
    monkeypatch.setattr("numpy.__version__", numpy)
    monkeypatch.setattr("weir._needs.PYBIND11", pybind11)
    if fits:
        weir._needs.check()
    else:
        with pytest.raises(ImportError) as raised:
            weir._needs.check()
        assert str(raised.value) == (
            "weir: it was built with pybind11 2.10.3, which knows NumPy 1 only: got NumPy 2.0.1. "
            "Type: pip install 'numpy<2', or build weir with pybind11 2.12 or newer."
        )
    (tmp_path / "_build.py").write_text(f'PYBIND11 = "{pybind11}"\n')
    assert backend.numpy_requirement(tmp_path) == ("numpy>=1.20" if pybind11 == "2.12.0" else "numpy>=1.20,<2")


def test_the_source_archive_holds_what_a_build_needs(tmp_path):
    name = backend.build_sdist(tmp_path)
    assert name == f"weir-{weir.__version__}.tar.gz"
    with tarfile.open(tmp_path / name) as archive:
        names = set(archive.getnames())
        top = f"weir-{weir.__version__}"
        assert 'backend-path = ["python"]' in archive.extractfile(f"{top}/pyproject.toml").read().decode()
    assert f"{top}/PKG-INFO" in names
    listed = subprocess.run(["git", "ls-files", *backend.sources()], cwd=SOURCE, capture_output=True, text=True)
    if listed.returncode == 0:
        assert {f"{top}/{path}" for path in listed.stdout.splitlines() if (SOURCE / path).exists()} <= names
    rooms = re.search(r"foreach\(room ([a-z ]+)\)", (SOURCE / "CMakeLists.txt").read_text()).group(1).split()
    assert {f"{top}/{room}/CMakeLists.txt" for room in rooms} <= names
    assert not [name for name in names if name.startswith((f"{top}/tests", f"{top}/build")) or "__pycache__" in name]
