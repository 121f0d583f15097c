"""Builds wheels and source archives of weir: a PEP 517 backend that needs nothing but the standard library, CMake and weir's own needs.

`pip install ./python` calls it. A wheel is a portable build in build/wheel-<tag>, which a second call continues.
"""

import base64
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent


def sources():
    """What a source archive holds: the files that CMake reads first, and every room but those that a wheel does not need."""
    rooms = [path.parent.name for path in ROOT.glob("*/CMakeLists.txt")]
    return ["CMakeLists.txt", "LICENSE", "README.md", "cmake"] + sorted(set(rooms) - {"bench", "build", "examples", "tests"})


def version():
    return re.search(r"project\(weir VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")).group(1)


def metadata(numpy):
    return f"""Metadata-Version: 2.1
Name: weir
Version: {version()}
Summary: A small neural-network training framework
License: MIT
License-File: LICENSE
Requires-Python: >=3.8
Requires-Dist: {numpy}
Classifier: License :: OSI Approved :: MIT License
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: C++
Classifier: Programming Language :: Python :: 3
Classifier: Typing :: Typed
Description-Content-Type: text/markdown

{(ROOT / "python" / "README.md").read_text(encoding="utf-8")}"""


def numpy_requirement(package):
    """The NumPy that the module in this folder can talk to, which its pybind11 decides."""
    built_with = re.search(r'PYBIND11 = "(\d+)\.(\d+)', (package / "_build.py").read_text(encoding="utf-8"))
    return "numpy>=1.20" if (int(built_with[1]), int(built_with[2])) >= (2, 12) else "numpy>=1.20,<2"


def tag():
    """cp311-cp311-linux_x86_64: the interpreter, its ABI and the platform that the module is for."""
    if sys.implementation.name != "cpython":
        raise RuntimeError(f"weir: this Python is {sys.implementation.name}, expected CPython.")
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}{sys.abiflags}-{platform}"


def run(*command):
    print("+", *command, flush=True)
    if shutil.which(command[0]) is None:
        raise RuntimeError(f"weir: {command[0]} is not installed. On Debian: apt-get install {command[0]}")
    subprocess.run([str(word) for word in command], check=True)


def build(folder):
    """The package in folder/stage: what CMake's component `python` installs."""
    generator = ["-G", "Ninja"] if shutil.which("ninja") else []
    run("cmake", "-S", ROOT, "-B", folder, *generator, f"-DPython3_EXECUTABLE={sys.executable}", "-DCMAKE_BUILD_TYPE=Release",
        "-DCMAKE_UNITY_BUILD=ON", "-DCMAKE_UNITY_BUILD_BATCH_SIZE=16", "-DWEIR_PYTHON=ON", "-DWEIR_NATIVE=OFF", "-DWEIR_CUDA=OFF",
        "-DWEIR_MPI=OFF", "-DWEIR_TESTS=OFF", "-DWEIR_EXAMPLES=OFF", "-DWEIR_BENCH=OFF", "-DBUILD_SHARED_LIBS=OFF")
    run("cmake", "--build", folder, "--target", "weir_python", "--parallel", os.cpu_count() or 2)
    stage = folder / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    run("cmake", "--install", folder, "--component", "python", "--prefix", stage, "--strip")
    return stage


def pack(stage, wheel_directory):
    """A wheel of the package in stage/weir; returns its file name."""
    name = f"weir-{version()}"
    info = f"{name}.dist-info"
    files = {str(path.relative_to(stage)): path.read_bytes() for path in sorted((stage / "weir").rglob("*")) if path.is_file()}
    files[f"{info}/LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files[f"{info}/METADATA"] = metadata(numpy_requirement(stage / "weir")).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: weir\nRoot-Is-Purelib: false\nTag: {tag()}\n".encode()
    record = ""
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        record += f"{path},sha256={digest},{len(content)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    wheel = f"{name}-{tag()}.whl"
    with zipfile.ZipFile(pathlib.Path(wheel_directory) / wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path)  # of 1980-01-01: the same bytes each time
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return wheel


# --- What pip calls (PEP 517)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    folder = ROOT / "build" / f"wheel-{tag()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        with tempfile.TemporaryDirectory() as folder:
            return pack(build(pathlib.Path(folder)), wheel_directory)
    return pack(build(folder), wheel_directory)


def build_sdist(sdist_directory, config_settings=None):
    name = f"weir-{version()}"
    pyproject = (ROOT / "python" / "pyproject.toml").read_text(encoding="utf-8").replace('["."]', '["python"]')
    with tarfile.open(pathlib.Path(sdist_directory) / f"{name}.tar.gz", "w:gz", format=tarfile.PAX_FORMAT) as archive:
        left_out = ("__pycache__", "data/mnist")  # MNIST that was downloaded is not ours to pass on
        for source in sources():
            archive.add(ROOT / source, f"{name}/{source}", filter=lambda entry: None if entry.name.endswith(left_out) else entry)
        for path, text in (("pyproject.toml", pyproject), ("PKG-INFO", metadata("numpy>=1.20"))):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return f"{name}.tar.gz"
