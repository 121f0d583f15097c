"""The peers that weir is compared with: how each is started, its workloads, and the Debian package that it needs."""

import glob
import os
import subprocess
import sys
from dataclasses import dataclass, field

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
TRAINING, INFERENCE, RELU = ["W1", "W2", "W3"], ["b1", "b1024"], ["relu"]

# Keep freed memory in the process: by default the C library returns it to the system after each step and asks for it again in the next.
KEPT_HEAP = {"MALLOC_TRIM_THRESHOLD_": str(2**33), "MALLOC_MMAP_MAX_": "0", "MALLOC_TOP_PAD_": str(2**26)}

# Name and Debian package of each BLAS. A process uses the first libblas.so that it finds, so LD_LIBRARY_PATH chooses. The variants built on
# OpenMP, as all peers use OpenMP: two thread runtimes in a process would compete for the processors.
BLAS = {"OpenBLAS": ("openblas-openmp", "libopenblas0-openmp"), "BLIS": ("blis-openmp", "libblis4-openmp")}


def kernels():
    """Environment that makes both libraries use their AVX-512 kernels: they may not recognise a newer processor (OpenBLAS then uses SSE2)."""
    try:
        with open("/proc/cpuinfo") as info:
            avx512 = "avx512f" in info.read()
    except OSError:
        avx512 = False
    return {"OPENBLAS_CORETYPE": "SKYLAKEX", "BLIS_ARCH_TYPE": "skx"} if avx512 else {}


@dataclass
class Peer:
    name: str
    command: list
    workloads: list
    environment: dict = field(default_factory=dict)
    missing: str = None  # the package to install, if it cannot run


def find_python(module):
    """A Python in which the module can be imported: the running one, the system's, or the one on PATH."""
    for python in [sys.executable, "/usr/bin/python3", "python3"]:
        try:
            if subprocess.run([python, "-c", f"import {module}"], capture_output=True).returncode == 0:
                return python
        except OSError:
            pass
    return None


def python_peer(name, module, script, workloads, package, environment=None):
    python = find_python(module)
    return Peer(name, [python, *(os.path.join(HERE, s) if s.endswith(".py") else s for s in script)], workloads,
                environment or {}, None if python else package)


def program_peer(name, build, program, workloads, package, environment=None):
    path = os.path.join(build, program)
    return Peer(name, [path], workloads, environment or {}, None if os.path.exists(path) else package)


def on_blas(make, name, *arguments):
    """The peer in one variant for each BLAS."""
    for blas, (folder, package) in BLAS.items():
        found = glob.glob(f"/usr/lib/*/{folder}/libblas.so.3")
        peer = make(f"{name}, {blas}", *arguments, {**KEPT_HEAP, **kernels(), "LD_LIBRARY_PATH": os.path.dirname(found[0]) if found else ""})
        peer.missing = peer.missing or (None if found else package)
        yield peer


def all_peers(bench_cpu, build):
    both = TRAINING + INFERENCE
    return [
        Peer("weir", [bench_cpu], both + RELU),
        python_peer("PyTorch, as installed", "torch", ["torch_peer.py", "eager"], both + RELU, "python3-torch"),
        *on_blas(python_peer, "PyTorch, best setting", "torch", ["torch_peer.py", "best"], both, "python3-torch"),
        python_peer("PyTorch, best setting", "torch", ["torch_peer.py", "best"], RELU, "python3-torch", KEPT_HEAP),
        *on_blas(program_peer, "libtorch", build, "libtorch_peer", both, "libtorch-dev"),
        *on_blas(python_peer, "NumPy by hand", "numpy", ["numpy_peer.py"], both, "python3-numpy"),
        python_peer("NumPy by hand", "numpy", ["numpy_peer.py"], RELU, "python3-numpy"),
        *on_blas(python_peer, "scikit-learn", "sklearn", ["sklearn_peer.py"], both, "python3-sklearn"),
        *on_blas(program_peer, "dlib", build, "dlib_peer", both, "libdlib-dev"),
        *on_blas(program_peer, "C++ by hand", build, "hand_blas", both, "libopenblas-openmp-dev"),
        program_peer("C++ by hand, oneDNN", build, "hand_onednn", both, "libdnnl-dev", KEPT_HEAP),
        program_peer("C++ by hand, a plain loop", build, "hand_onednn", RELU, "libdnnl-dev"),
        python_peer("Numba", "numba", ["numba_peer.py"], RELU, "python3-numba"),
    ]
