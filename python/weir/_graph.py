"""Graphs: the description of a network."""

import html

from ._base import Layer, shown
from ._weir import _training

Node = _training.Node


def _node(node, who):
    if isinstance(node, Node):
        return node
    raise TypeError(f"{who}: got {shown(node)}, expected a node, which Graph.input and Graph.add return.")


def _text(value, what):
    if isinstance(value, str) and value == value.encode(errors="ignore").decode():  # no lone surrogates
        return value
    raise TypeError(f"{what} is {shown(value)}, expected a string of valid Unicode.")


class Graph:
    """The description of a network: layers and the edges between them, any directed acyclic graph with several inputs and outputs.

        g = weir.Graph()
        x = g.input(784)
        h = g.add(weir.Dense(128), x)
        y = g.add(weir.Concat(), [h, x])
        g.output(g.add(weir.Dense(10), y))
        model = weir.Model(g)
    """

    def __init__(self):
        self._handle = _training.GraphHandle()

    @classmethod
    def _of(cls, handle):
        graph = cls.__new__(cls)
        graph._handle = handle
        return graph

    def input(self, shape, storage="compute", name=""):
        """Adds an input and returns its node. shape is that of one sample: 784, (28, 28) or () for single numbers.

        storage is "i32" for indices (the input of an Embedding), else "compute". The default names are "input", "input_1" and so on.
        """
        return self._handle.input(shape, _text(storage, "input: storage"), _text(name, "input: name"))

    def add(self, layer, inputs, name=""):
        """Adds a layer that reads a node or a list of nodes, and returns its node.

        Unnamed layers are numbered "0", "1" as in PyTorch's Sequential. ShapeError for inputs of a wrong shape.
        """
        nodes = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        return self._handle.add(layer, [_node(node, "add") for node in nodes], _text(name, "add: name"))

    def output(self, node):
        """Marks a node as an output; the order of calls is that of the outputs."""
        self._handle.output(_node(node, "output"))

    def share_parameters(self, node, earlier, parameter=""):
        """Makes a node use the parameters of an earlier one, all of them or the one named: decoder.weight = encoder.weight in PyTorch."""
        self._handle.share_parameters(
            _node(node, "share_parameters"), _node(earlier, "share_parameters"), _text(parameter, "share_parameters: parameter")
        )

    def shape(self, node):
        """The shape of one sample of a node's output."""
        return self._handle.shape(_node(node, "shape"))

    @property
    def inputs(self):
        """The names of the inputs."""
        return self._handle.inputs()

    @property
    def outputs(self):
        """The names of the outputs."""
        return self._handle.outputs()

    @property
    def nodes(self):
        """One dict for each node: name, layer (None for an input), inputs (names) and shape."""
        return [dict(zip(("name", "layer", "inputs", "shape", "storage"), entry)) for entry in self._handle.entries()]

    def to_json(self):
        """The graph as JSON, as in files. ConfigError for a layer that cannot be saved."""
        return self._handle.to_json()

    @classmethod
    def from_json(cls, text):
        """The graph that to_json() wrote. FormatError for an invalid text."""
        return cls._of(_training.graph_from_json(_text(text, "Graph.from_json: the text")))

    def __copy__(self):
        return self._of(_training.GraphHandle(self._handle))

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        return Graph.from_json, (self.to_json(),)

    def __str__(self):
        return str(self._handle).rstrip("\n")

    def __repr__(self):
        return f"<weir.Graph: {len(self.nodes)} nodes>\n{self}"

    def _repr_html_(self):
        return table_html(str(self))


class Residual:
    """y = x + f(x), where f is a chain of layers that keeps the shape. Used like a layer in Sequential; in a graph: r.append_to(graph, node).

    He, Zhang, Ren, Sun, "Deep residual learning" (2016).
    """

    def __init__(self, *layers):
        self._layers = list(layers[0]) if len(layers) == 1 and isinstance(layers[0], (list, tuple)) else list(layers)
        _training.check_layers(self._layers, "Residual")

    def append_to(self, graph, node):
        """Adds the layers after the node, and an Add; returns the Add's node."""
        if not isinstance(graph, Graph):
            raise TypeError(f"append_to: graph is {shown(graph)}, expected a weir.Graph.")
        return graph._handle.add_residual(self._layers, _node(node, "append_to"))

    _append = append_to

    def __repr__(self):
        return f"Residual({', '.join(map(repr, self._layers))})"


def Sequential(input, layers):
    """A Graph that is a chain, as torch.nn.Sequential: an input of this shape, then each layer after the one before.

        weir.Sequential(784, [weir.Dense(128), weir.ReLU(), weir.Dense(10)])
        weir.Sequential((28, 28), [weir.Flatten(), weir.Dense(10)])

    The nodes are named "0", "1" and so on. An Embedding as the first layer makes the input one of indices.
    """
    if not isinstance(layers, (list, tuple)):
        raise TypeError(f"Sequential: layers is {shown(layers)}, expected a list of layers.")
    _training.check_layers([layer for layer in layers if not isinstance(layer, Residual)], "Sequential")
    first = layers[0] if layers and isinstance(layers[0], Layer) else None
    graph = Graph()
    node = graph.input(input, _training.input_storage(first, input) if first is not None else "compute")
    for layer in layers:
        node = layer._append(graph, node)
    graph.output(node)
    return graph


def table_html(text):
    """A printed table (columns are two or more spaces apart) as HTML."""
    rows = []
    for line in text.split("\n"):
        tag = "td" if rows else "th"
        cells = [html.escape(cell.strip()) for cell in line.strip().split("  ") if cell.strip()]
        rows.append("<tr>" + "".join(f"<{tag} style='text-align:left'>{cell}</{tag}>" for cell in cells) + "</tr>")
    return "<table>" + "".join(rows) + "</table>"
