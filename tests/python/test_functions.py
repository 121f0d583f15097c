"""The functions on arrays: values, memory, errors. Expected values are NumPy's, PyTorch's and finite differences."""

import sys
import threading
import tracemalloc

import numpy as np
import pytest
import weir

DTYPES = [np.float32, np.float64]
BACKWARD = sorted(name for name in dir(weir) if name.endswith("_backward"))
FORWARD = [name.removesuffix("_backward") for name in BACKWARD]
# What <name>_backward reads, by its signature.
READS_Y = {name for name in FORWARD if f"{name}_backward(y:" in getattr(weir, name + "_backward").__doc__}


def patterns(dtype):
    """Every value of the first 16 bits of a float, with random bits behind them, and with none."""
    bits = {np.float32: np.uint32, np.float64: np.uint64}[dtype]
    shift = bits(8 * np.dtype(dtype).itemsize - 16)
    high = np.arange(1 << 16, dtype=bits) << shift
    low = np.random.default_rng(1).integers(0, 1 << int(shift), high.size, dtype=bits)
    return np.concatenate([high, high | low]).view(dtype)


def equal(a, b):
    """The same values, of the same dtype and shape; NaN equals NaN, and 0 equals -0."""
    return a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=True)


@pytest.fixture(params=DTYPES, ids=["f32", "f64"])
def dtype(request):
    return request.param


def normal(shape, dtype, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# --- Values


@pytest.mark.filterwarnings("ignore:invalid value")
def test_relu_is_that_of_the_article(dtype):
    x = patterns(dtype)
    assert np.isnan(x).sum() > 50 and np.isinf(x).sum() == 2
    y = weir.relu(x)
    assert equal(y, np.maximum(dtype(0), x))
    assert equal(weir.relu_grad(x), np.greater(x, 0).astype(dtype))
    assert equal(weir.relu_grad(y), np.greater(x, 0).astype(dtype))
    dy = x[::-1].copy()  # infinite and NaN where x is 0 or below, among others
    assert equal(weir.relu_backward(y, dy), np.where(np.greater(y, 0), dy, dtype(0)))


def test_relu_of_negative_zero_is_positive_zero(dtype):
    # The one difference to NumPy, whose maximum(0., -0.) is -0, and maximum(-0., 0.) is 0.
    x = np.array([-0.0, 0.0, -1.0, -np.inf], dtype)
    for y in (weir.relu(x), weir.relu_grad(x), weir.relu_backward(x, -np.ones(4, dtype))):
        assert not np.signbit(y).any() and (y == 0).all()


def test_relu_keeps_the_payload_of_a_nan_and_subnormals():
    x = np.array([0x7FC01234, 0xFFC00001, 0x00000001], np.uint32).view(np.float32)
    assert weir.relu(x).view(np.uint32).tolist() == x.view(np.uint32).tolist()


def test_there_is_a_gradient_for_each_function():
    assert len(FORWARD) >= 21 and {"relu", "leaky_relu", "sigmoid", "hard_swish", "tanh_offset"} <= set(FORWARD)
    for name in FORWARD:
        assert callable(getattr(weir, name))
    assert {"sigmoid", "tanh", "relu"} <= READS_Y and not {"gelu", "leaky_relu"} & READS_Y


@pytest.mark.parametrize("name", FORWARD)
def test_gradients_agree_with_central_differences(name):
    # Points away from the kinks of all functions: 0, 1, -1, 3, -3, 6.
    x = np.array([-7.3, -3.6, -2.4, -1.3, -0.7, -0.2, 0.3, 0.8, 1.7, 2.6, 3.5, 5.1, 6.4])
    h = 1e-5
    f, backward = getattr(weir, name), getattr(weir, name + "_backward")
    numeric = (f(x + h) - f(x - h)) / (2 * h)
    dy = normal(x.shape, np.float64)
    operand = f(x) if name in READS_Y else x
    assert np.allclose(backward(operand, dy), dy * numeric, rtol=1e-8, atol=1e-8)
    single = backward(operand.astype(np.float32), dy.astype(np.float32))
    assert single.dtype == np.float32 and np.allclose(single, dy * numeric, rtol=1e-5, atol=1e-5)


def test_functions_agree_with_pytorch(dtype):
    torch = pytest.importorskip("torch", reason="torch is not installed")
    F = torch.nn.functional
    other = {
        "identity": lambda x: x,
        "sigmoid": torch.sigmoid,
        "tanh": torch.tanh,
        "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
        "hard_sigmoid": F.hardsigmoid,
        "hard_swish": F.hardswish,
        "hard_tanh": F.hardtanh,
        "log_sigmoid": F.logsigmoid,
        "tanh_offset": lambda x: (1 + torch.tanh(x)) / 2,
        "threshold": lambda x: F.threshold(x, 0, 0),
    }
    x = normal((7, 300), dtype) * 4
    for name in FORWARD:
        expected = other.get(name) or getattr(F, name)
        tolerance = 1e-6 if dtype == np.float32 else 1e-13
        assert np.allclose(getattr(weir, name)(x), expected(torch.from_numpy(x)).numpy(), rtol=tolerance, atol=tolerance), name


def test_parameters_by_position_and_by_name(dtype):
    x = np.array([-2, -0.5, 0.5, 9], dtype)
    dy = np.array([1, 2, 3, 4], dtype)
    assert equal(weir.leaky_relu(x, 0.25), np.array([-0.5, -0.125, 0.5, 9], dtype))
    assert equal(weir.leaky_relu_backward(x, dy, negative_slope=0.25), np.array([0.25, 0.5, 3, 4], dtype))
    assert equal(weir.threshold(x, 0.5, value=-3), np.array([-3, -3, -3, 9], dtype))
    assert equal(weir.hard_tanh(x, min_val=-1, max_val=2), np.array([-1, -0.5, 0.5, 2], dtype))
    assert "negative_slope: float = 0.01" in weir.leaky_relu.__doc__


# --- Shapes, strides, memory


def views(dtype):
    """Arrays of every layout, by name."""
    base = normal((6, 8, 10), dtype)
    yield "contiguous", base
    yield "Fortran", np.asfortranarray(base)
    yield "transposed", base.T
    yield "axes swapped", base.swapaxes(0, 1)
    yield "every other", base[::2, ::3, ::2]
    yield "reversed", base[::-1]
    yield "last axis reversed", base[..., ::-1]
    yield "one column", base[:, :, 3]
    yield "broadcast", np.broadcast_to(base[0, 0], (5, 10))
    yield "a stride of 0 in front of a block", np.broadcast_to(base, (3, 6, 8, 10))
    yield "empty", base[:0]
    yield "empty in the middle", np.empty((3, 0, 4), dtype)
    yield "one element", base[:1, :1, :1]
    yield "32 axes", base.reshape((1,) * 29 + (6, 8, 10))
    yield "32 axes with gaps", base[:, ::2].reshape((1,) * 29 + (6, 4, 10))[..., ::3]
    raw = np.empty(base.nbytes + 1, np.uint8)[1:]
    unaligned = raw.view(dtype).reshape(base.shape)
    unaligned[...] = base
    assert not unaligned.flags.aligned
    yield "unaligned", unaligned
    record = np.zeros(50, np.dtype([("a", np.uint8), ("x", dtype)]))
    record["x"] = normal(50, dtype)
    yield "a field of records", record["x"]


CALLS = {
    "relu": (weir.relu, lambda x: np.maximum(x, 0)),
    "relu_grad": (weir.relu_grad, lambda x: np.greater(x, 0).astype(x.dtype)),
    "leaky_relu": (weir.leaky_relu, lambda x: np.where(x > 0, x, x.dtype.type(0.01) * x)),
}


@pytest.mark.parametrize("call", CALLS)
def test_any_layout(dtype, call):
    f, expected = CALLS[call]
    for name, x in views(dtype):
        kept = x.copy()
        assert equal(f(x), expected(x)), name
        assert equal(x, kept), name
        for out_name, out in (
            ("C", np.empty(x.shape, dtype)),
            ("F", np.empty(x.shape, dtype, "F")),
            ("gaps", np.empty(x.shape + (2,), dtype)[..., 0] if x.ndim < 32 else np.empty(x.shape, dtype)),
            ("reversed", np.empty(x.shape, dtype)[::-1]),
        ):
            assert f(x, out=out) is out and equal(out, expected(x)), (name, out_name)


@pytest.mark.parametrize("call", CALLS)
def test_in_place_on_any_layout(dtype, call):
    f, expected = CALLS[call]
    for name, x in views(dtype):
        if not x.flags.writeable:
            continue
        want = expected(x)
        assert f(x, out=x) is x and equal(x, want), name


def test_backward_on_any_two_layouts(dtype):
    a, b = normal((12, 12, 12), dtype), normal((12, 12, 12), dtype, seed=1)
    layouts = (lambda x: x[:6, :6, :6], np.asfortranarray, lambda x: x.T, lambda x: x, lambda x: x[::-1], lambda x: np.broadcast_to(x[0, 0], x.shape))
    for left in layouts:
        for right in layouts:
            y, dy = left(a), right(b)
            if y.shape != dy.shape:
                continue
            want = np.where(y > 0, dy, dtype(0))
            assert equal(weir.relu_backward(y, dy), want)
            out = np.full_like(y, 7, order="F")
            assert weir.relu_backward(y, dy, out=out) is out and equal(out, want)
    for target in ("y", "dy"):
        for layout in (np.array, np.asfortranarray, lambda x: np.array(x)[::-1, ::2]):
            arrays = {"y": layout(a), "dy": layout(b)}
            want = np.where(arrays["y"] > 0, arrays["dy"], dtype(0))
            assert equal(weir.relu_backward(**arrays, out=arrays[target]), want)
    assert equal(weir.relu_backward(a, a), np.where(a > 0, a, dtype(0)))


def test_the_result_has_the_order_of_the_input(dtype):
    x = normal((4, 5, 6), dtype)
    assert weir.relu(x).flags.c_contiguous
    assert weir.relu(np.asfortranarray(x)).flags.f_contiguous
    swapped = x.swapaxes(0, 1)
    assert weir.relu(swapped).strides == np.maximum(swapped, 0).strides
    assert weir.relu_backward(x.T, x.T).flags.f_contiguous
    assert weir.relu(x).flags.owndata and weir.relu(x).flags.writeable and weir.relu(x).flags.aligned


def test_scalars_and_lists():
    for x in (3.5, -3.5, np.float32(2), np.float64(-2), np.array(1.5), np.array(-1.5, np.float32)):
        y = weir.relu(x)
        assert y == max(0, x) and type(y) is np.asarray(x).dtype.type  # as NumPy: no array without axes
    out = np.array(0.0)
    assert weir.relu(2.0, out=out) is out and out == 2
    assert equal(weir.relu([[1.0, -2.0]]), np.array([[1.0, 0.0]]))
    assert equal(weir.relu([]), np.array([]))


def test_subclasses_of_arrays(tmp_path):
    x = np.memmap(tmp_path / "x", np.float32, "w+", shape=(3, 4))
    x[...] = normal((3, 4), np.float32)
    want = np.maximum(np.array(x), 0)
    assert equal(weir.relu(x), want)
    assert weir.relu(x, out=x) is x and equal(np.fromfile(tmp_path / "x", np.float32), want.ravel())


def bytes_allocated(f):
    """Most that NumPy and Python had allocated during the call above what they had before it."""
    f()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        result = f()
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    del result
    return peak


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("name", FORWARD + ["relu_grad"])
def test_a_contiguous_array_is_not_copied(name, order):
    x, dy, out = (np.full((500, 600), value, np.float32, order) for value in (0.5, 2, 9))
    address, small = out.ctypes.data, 2048
    f = getattr(weir, name)
    calls = {"out": (lambda: f(x, out=out), 0), "in place": (lambda: f(x, out=x), 0), "new": (lambda: f(x), x.nbytes)}
    if name != "relu_grad":
        backward = getattr(weir, name + "_backward")
        calls["backward out"] = (lambda: backward(x, dy, out=out), 0)
        calls["backward in place"] = (lambda: backward(x, dy, out=dy), 0)
        calls["backward new"] = (lambda: backward(x, dy), x.nbytes)
    for what, (call, bytes_wanted) in calls.items():
        assert bytes_wanted <= bytes_allocated(call) < bytes_wanted + small, what
    assert out.ctypes.data == address


def test_one_copy_of_an_array_with_gaps():
    x = np.full((500, 600), 0.5, np.float32)[:, ::2]
    assert x.nbytes <= bytes_allocated(lambda: weir.relu(x)) < x.nbytes + 4096


def test_the_gil_is_released_for_a_large_array():
    # With this interval no other thread gets the GIL unless it is released.
    interval, seen = sys.getswitchinterval(), []
    lock = threading.Lock()
    lock.acquire()
    x = np.ones(1 << 20, np.float32)

    def other():
        with lock:
            seen.append(1)

    thread = threading.Thread(target=other)
    thread.start()
    sys.setswitchinterval(1000)
    try:
        lock.release()
        for _ in range(2000):
            weir.relu(x, out=x)
            if seen:
                break
        assert seen
    finally:
        sys.setswitchinterval(interval)
        thread.join()


def test_many_threads_at_once():
    x = normal(200_000, np.float32)
    want, wrong = np.maximum(x, 0), []

    def work():
        for _ in range(20):
            if not equal(weir.relu(x), want):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


# --- What is not an array


class ByArray:
    def __init__(self, x):
        self.x = x

    def __array__(self, dtype=None, copy=None):
        return self.x


class ByDLPack:
    def __init__(self, x, device=1):
        self.x, self.device = x, device

    def __dlpack__(self, stream=None):
        assert self.device == 1, "memory of another device was asked for"
        return self.x.__dlpack__()

    def __dlpack_device__(self):
        return (self.device, 0)


def test_array_and_dlpack_objects_are_not_copied():
    x = normal((300, 400), np.float32)
    out = np.empty_like(x)
    for wrapped in (ByArray(x), ByDLPack(x), memoryview(x)):
        assert weir.relu(wrapped, out=out) is out and equal(out, np.maximum(x, 0))
        assert bytes_allocated(lambda: weir.relu(wrapped, out=out)) < 4096
        assert equal(weir.relu_backward(wrapped, wrapped), np.maximum(x, 0))


def test_tensors_of_pytorch():
    torch = pytest.importorskip("torch", reason="torch is not installed")
    x = torch.randn(30, 40)
    assert equal(weir.relu(x), torch.relu(x).numpy())
    assert equal(weir.relu(x.t()), torch.relu(x.t()).numpy())
    assert equal(weir.relu(x.double()), torch.relu(x.double()).numpy())
    weir.relu(x, out=x.numpy())
    assert (x >= 0).all()
    with pytest.raises(TypeError, match="^relu: out is a Tensor, expected a numpy.ndarray. Pass numpy.empty_like\\(x\\)\\.$"):
        weir.relu(x, out=x)
    with pytest.raises(RuntimeError, match="requires grad"):
        weir.relu(torch.ones(2, requires_grad=True))
    with pytest.raises(TypeError):
        weir.relu(torch.ones(2, dtype=torch.bfloat16))
    with pytest.raises(Exception):
        weir.relu(torch.ones(2, device="meta"))


# --- Errors


class OnGPU:
    __cuda_array_interface__ = {"shape": (2,), "typestr": "<f4", "data": (64, False), "version": 3}


def read_only(x):
    x.flags.writeable = False
    return x


F32 = np.float32
X = np.ones((2, 3), F32)
SQUARE = np.ones((3, 3), F32)
STRIDE_0 = np.lib.stride_tricks.as_strided(np.ones(3, F32), (2, 3), (0, 4))
WRONG = {
    "integers": (
        (np.ones((2, 3), np.int64),), {}, TypeError,
        "{f}: {x} is int64, expected float32 or float64 in this machine's byte order. Convert it with astype(numpy.float32).",
    ),
    "a list of integers": (([1, 2],), {}, TypeError, "int64, expected float32 or float64"),
    "half": ((X.astype(np.float16),), {}, TypeError, "{x} is float16, expected float32 or float64"),
    "long double": ((X.astype(np.longdouble),), {}, TypeError, "expected float32 or float64"),
    "complex": ((X.astype(np.complex64),), {}, TypeError, "{x} is complex64"),
    "bool": ((X > 0,), {}, TypeError, "{x} is bool"),
    "other byte order": ((X.astype(X.dtype.newbyteorder()),), {}, TypeError, "in this machine's byte order"),
    "objects": ((np.array([None, 1.0]),), {}, TypeError, "{x} is object"),
    "text": (("hello",), {}, TypeError, "{x} is <U5"),
    "None": ((None,), {}, TypeError, "{x} is object"),
    "dictionary": (({},), {}, TypeError, "{x} is object"),
    "records": ((np.zeros(3, "f4,f4"),), {}, TypeError, "expected float32 or float64"),
    "dates": ((np.zeros(3, "M8[s]"),), {}, TypeError, "expected float32 or float64"),
    "CUDA": (
        (OnGPU(),), {}, weir.DeviceError,
        "{f}: {x} is on another device, expected memory of the CPU. Copy it there first: x.cpu() in PyTorch, x.get() in CuPy.",
    ),
    "DLPack on CUDA": ((ByDLPack(X, device=2),), {}, weir.DeviceError, "{f}: {x} is on another device"),
    "DLPack on ROCm": ((ByDLPack(X, device=10),), {}, weir.DeviceError, "{f}: {x} is on another device"),
    "out is a list": ((X,), {"out": [0.0]}, TypeError, "{f}: out is a list, expected a numpy.ndarray. Pass numpy.empty_like({x})."),
    "out is a number": ((X,), {"out": 1.0}, TypeError, "{f}: out is a float, expected a numpy.ndarray"),
    "out is another dtype": (
        (X,), {"out": X.astype(float)}, TypeError, "{f}: out is float64, but {x} is float32. Pass numpy.empty_like({x}).",
    ),
    "out is of integers": ((X,), {"out": X.astype(int)}, TypeError, "{f}: out is int64, but {x} is float32"),
    "out has another byte order": ((X,), {"out": X.astype(X.dtype.newbyteorder())}, TypeError, "but {x} is float32"),
    "out has another shape": (
        (X,), {"out": np.ones((3, 2), F32)}, weir.ShapeError,
        "{f}: out has shape [3, 2], but {x} has shape [2, 3]. Pass numpy.empty_like({x}).",
    ),
    "out has another rank": ((X,), {"out": np.ones(6, F32)}, ValueError, "{f}: out has shape [6], but {x} has shape [2, 3]"),
    "out would be broadcast": ((X,), {"out": np.ones((5, 2, 3), F32)}, ValueError, "out has shape [5, 2, 3]"),
    "out of a number": ((1.0,), {"out": np.ones(1)}, ValueError, "out has shape [1], but {x} has shape []"),
    "out is read-only": (
        (X,), {"out": read_only(np.ones((2, 3), F32))}, ValueError,
        "{f}: out is read-only. Pass an array that may be written, such as a copy.",
    ),
    "out has a stride of 0": (
        (X,), {"out": STRIDE_0}, ValueError, "{f}: elements of out share memory (axis 0 has stride 0). Pass a copy.",
    ),
    "out overlaps, shifted": (
        (SQUARE.ravel()[1:],), {"out": SQUARE.ravel()[:-1]}, ValueError,
        "{f}: out overlaps {x} without being the same elements. Pass {x} itself, or an array with memory of its own.",
    ),
    "out overlaps, transposed": ((SQUARE,), {"out": SQUARE.T}, ValueError, "{f}: out overlaps {x} without"),
    "out overlaps, reversed": ((SQUARE,), {"out": SQUARE[::-1]}, ValueError, "{f}: out overlaps {x} without"),
    "out overlaps, with gaps": ((SQUARE.ravel()[:4],), {"out": SQUARE.ravel()[:8:2]}, ValueError, "{f}: out overlaps {x} without"),
    "no argument": ((), {}, TypeError, "incompatible function arguments"),
    "too many": ((X, X, 1.0, 2.0, 3.0, 4.0), {}, TypeError, ""),
    "an unknown name": ((X,), {"where": True}, TypeError, "incompatible function arguments"),
}


@pytest.mark.parametrize("what", WRONG)
@pytest.mark.parametrize("name", ["relu", "relu_grad", "softplus", "relu_backward", "gelu_backward"])
def test_a_wrong_call_raises_and_changes_nothing(name, what):
    args, options, error, message = WRONG[what]
    f = getattr(weir, name)
    operand = "y" if name == "relu_backward" else "x"
    if name.endswith("_backward") and len(args) == 1:
        args = args * 2
    before = [np.array(a, copy=True) for a in (X, SQUARE)]
    with pytest.raises(error) as raised:
        f(*args, **options)
    text = message.format(f=name, x=operand)
    assert str(raised.value) == text if text.endswith(".") and text.startswith(name) else text in str(raised.value)
    assert all(np.array_equal(a, b) for a, b in zip(before, (X, SQUARE)))


def test_wrong_calls_of_a_gradient():
    wrong = [
        ((X, X.astype(float)), TypeError, "relu_backward: dy is float64, but y is float32. Convert one of them with astype."),
        ((X, X.T), weir.ShapeError, "relu_backward: dy has shape [3, 2], but y has shape [2, 3]. Give both the same shape."),
        ((X, X[0]), weir.ShapeError, "relu_backward: dy has shape [3], but y has shape [2, 3]. Give both the same shape."),
        ((X, 1.0), TypeError, "relu_backward: dy is float64, but y is float32. Convert one of them with astype."),
        ((X, OnGPU()), weir.DeviceError, "relu_backward: dy is on another device"),
    ]
    for args, error, message in wrong:
        with pytest.raises(error) as raised:
            weir.relu_backward(*args)
        assert str(raised.value).startswith(message)
    dy = np.ones(8, F32)
    with pytest.raises(ValueError, match="^relu_backward: out overlaps dy without"):
        weir.relu_backward(np.ones(4, F32), dy[:4], out=dy[1:5])


def test_wrong_parameters():
    for call, message in (
        (lambda: weir.leaky_relu(X, float("nan")), "leaky_relu: negative_slope is nan, expected a number that is finite in float. Give another one."),
        (lambda: weir.celu(X, alpha=0), "celu: alpha is 0, expected a number above 0. Give another one."),
        (lambda: weir.celu(X[:0], alpha=0), "celu: alpha is 0, expected a number above 0. Give another one."),
        (lambda: weir.hard_tanh_backward(X, X, 2, 1), "hard_tanh: max_val is 1, expected a number above min_val. Give another one."),
    ):
        with pytest.raises(weir.ConfigError) as raised:
            call()
        assert str(raised.value) == message
    with pytest.raises(TypeError):
        weir.leaky_relu(X, "steep")


def test_arrays_that_overlap_in_bounds_alone_are_taken():
    x = normal(20, np.float32)
    want = np.maximum(x[::2], 0)
    assert equal(weir.relu(x[::2], out=x[1::2]), want)


def test_what_array_raises_arrives():
    class Broken:
        def __array__(self, dtype=None):
            raise LookupError("no array today")

    with pytest.raises(LookupError, match="no array today"):
        weir.relu(Broken())
