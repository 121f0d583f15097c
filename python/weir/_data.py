"""Data sets."""

import os

from ._base import shown
from ._weir import _training


class Dataset:
    """Samples for fit, evaluate and predict: an array or list of arrays x, [samples, ...] each, and y, with what is known about them.

    Arrays are used without a copy where their dtype is float32, float64, int32, int64 or uint8 and they are C-contiguous; do not change them
    while they are in use. A divisor says that uint8 values stand for value / divisor (255 for pixels); saved models keep it, and predict
    applies it. columns names the numbers of a sample of x, classes the labels of y, image is (height, width, channels).
    """

    def __init__(self, x, y=None, divisor=None, image=None, columns=None, classes=None):
        names = {"columns": columns, "classes": classes}
        names = {key: value if value is None else [str(name) for name in value] for key, value in names.items()}
        self._handle = _training.dataset(x, y, {"divisor": divisor, "image": image, **names})

    @classmethod
    def _of(cls, handle):
        data = cls.__new__(cls)
        data._handle = handle
        return data

    def __len__(self):
        return self._handle.samples()

    def __getitem__(self, index):
        if not isinstance(index, slice):
            raise TypeError(f"Dataset: the index is {shown(index)}, expected a slice, such as data[:1000].")
        begin, end, step = index.indices(len(self))
        if step != 1:
            raise ValueError(f"Dataset: the slice has the step {step}, expected 1.")
        return self._of(self._handle.slice(begin, max(end - begin, 0)))

    @property
    def inputs(self):
        """The inputs as arrays that cannot be written, without a copy."""
        return self._handle.inputs()

    @property
    def targets(self):
        """The targets as arrays that cannot be written, without a copy."""
        return self._handle.targets()

    @property
    def x(self):
        """The first input."""
        return self.inputs[0]

    @property
    def y(self):
        """The first target; None without targets."""
        return self.targets[0] if self.targets else None

    @property
    def info(self):
        """What is known of the fields: {"inputs": [...], "targets": [...]} with divisor, image, columns and classes."""
        return {"inputs": self._handle.input_infos(), "targets": self._handle.target_infos()}

    def __repr__(self):
        fields = [f"{letter} {list(a.shape)} {a.dtype}" for letter, arrays in (("x", self.inputs), ("y", self.targets)) for a in arrays]
        return f"<weir.Dataset: {len(self)} samples, {', '.join(fields)}>"


def _pair(pair):
    return Dataset._of(pair[0]), Dataset._of(pair[1])


def load_mnist(folder=None):
    """MNIST as (train, test): images [784], pixels / 255, and labels. Reads local files; FileError says where they are looked for."""
    return _pair(_training.load_mnist(folder))


def load_fashion_mnist(folder=None):
    """Fashion-MNIST as (train, test); the default folder is that of Debian's package dataset-fashion-mnist."""
    return _pair(_training.load_fashion_mnist(folder))


def load_digits(folder=None):
    """The UCI digits as (train, test): 8 x 8 images as features [64], pixels / 16, and labels. By default those that come with weir."""
    return _pair(_training.load_digits(os.path.join(os.path.dirname(__file__), "digits") if folder is None else folder))
