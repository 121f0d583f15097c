"""What the module needs from the machine: said in one line where it is missing."""

from ._build import PYBIND11


def check():
    try:
        import numpy
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise ImportError("weir: NumPy is not installed. Type: pip install numpy, or on Debian: apt-get install python3-numpy") from None
    if int(numpy.__version__.split(".")[0]) >= 2 and [int(part) for part in PYBIND11.split(".")[:2]] < [2, 12]:
        raise ImportError(
            f"weir: it was built with pybind11 {PYBIND11}, which knows NumPy 1 only: got NumPy {numpy.__version__}. "
            "Type: pip install 'numpy<2', or build weir with pybind11 2.12 or newer."
        )
    try:
        from . import _weir  # noqa: F401
    except ImportError as error:
        if "libgomp" in str(error):
            raise ImportError("weir: libgomp.so.1 (OpenMP) is not installed. On Debian: apt-get install libgomp1") from None
        raise
