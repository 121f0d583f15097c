"""What fit and evaluate return."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class EpochReport:
    """A finished epoch of fit. Losses are means over samples; accuracies are fractions (0 to 1), None without a loss that classifies."""

    epoch: int
    """Within this fit, from 1."""
    epochs: int
    samples: int
    """Trained on in this epoch."""
    total_steps: int
    """Steps of the Model so far, in earlier fits too."""
    loss: float
    """The training loss, each batch measured before its update."""
    accuracy: "float | None"
    validation_loss: "float | None"
    validation_accuracy: "float | None"
    metrics: dict
    """Your own, of the validation data, by name."""
    learning_rate: float
    """Of the last step."""
    seconds: float
    """Of training steps, without validation and callbacks."""


@dataclass(frozen=True)
class History:
    """The result of fit. len() and [] are those of its epochs."""

    epochs: list
    """One EpochReport for each epoch; the last is partial if fit was stopped within it."""
    stopped: bool = False
    """By a callback."""
    resumed_from: str = ""
    """The checkpoint that fit went on from; empty when it began."""
    damaged: list = field(default_factory=list)
    """Messages about newer checkpoints that could not be used."""

    def __len__(self):
        return len(self.epochs)

    def __getitem__(self, index):
        """The EpochReport of an index from 0, or the list of a quantity by its name, as in to_dict()."""
        if not isinstance(index, str):
            return self.epochs[index]
        table = self.to_dict()
        if index not in table:
            raise KeyError(f"History: there is no {index!r}, this run has {', '.join(table)}.")
        return table[index]

    def to_dict(self):
        """A list for each quantity, by Keras' names: epoch, loss, accuracy, val_loss, val_accuracy, val_<metric>, learning_rate, seconds.

        Those that the run does not have are left out. pandas.DataFrame(history.to_dict()) is a table.
        """
        names = {"epoch": "epoch", "loss": "loss", "accuracy": "accuracy", "val_loss": "validation_loss", "val_accuracy": "validation_accuracy"}
        table = {key: [getattr(report, name) for report in self.epochs] for key, name in names.items()}
        for report in self.epochs:
            for name in report.metrics:
                table[f"val_{name}"] = [other.metrics.get(name) for other in self.epochs]
        table["learning_rate"] = [report.learning_rate for report in self.epochs]
        table["seconds"] = [report.seconds for report in self.epochs]
        return {key: values for key, values in table.items() if any(value is not None for value in values)}

    def plot(self, ax=None):
        """Draws the losses over the epochs, and the accuracies where there are some, with matplotlib; returns the axes.

        ImportError where matplotlib is missing.
        """
        try:
            from matplotlib import pyplot
        except ImportError:
            raise ImportError("History.plot: matplotlib is not installed. Install it, or use History.to_dict().") from None
        values = self.to_dict()
        if ax is None:
            ax = pyplot.subplots()[1]
        for key in ("loss", "val_loss"):
            if key in values:
                ax.plot(values["epoch"], values[key], label=key)
        ax.set_xlabel("epoch")
        ax.set_ylabel("loss")
        if "accuracy" in values:
            other = ax.twinx()
            for key in ("accuracy", "val_accuracy"):
                if key in values:
                    other.plot(values["epoch"], values[key], "--", label=key)
            other.set_ylabel("accuracy")
            other.legend(loc="center right")
        ax.legend(loc="upper right")
        return ax

    def __repr__(self):
        if not self.epochs:
            return "<weir.History: no epochs>"
        last = {key: values[-1] for key, values in self.to_dict().items() if key not in ("epoch", "seconds")}
        count = "1 epoch" if len(self.epochs) == 1 else f"{len(self.epochs)} epochs"
        return f"<weir.History: {count}, the last: {', '.join(f'{k} {v:.4g}' for k, v in last.items() if v is not None)}>"


@dataclass(frozen=True)
class Evaluation:
    """The result of evaluate."""

    loss: float
    """The mean over samples; with several losses their weighted sum."""
    accuracy: "float | None"
    """0 to 1; None without a loss that classifies."""
    samples: int
    metrics: dict
    """Your own, by name."""
