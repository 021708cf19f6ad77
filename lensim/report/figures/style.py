"""What all figures share: colours, and how they are written."""

from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

# Okabe and Ito's colours: told apart by colour-blind readers and in grey print
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


def save_figure(figure: Figure, path: Any) -> None:
    """Write a figure at print resolution and close it."""
    figure.savefig(path, dpi=160)
    plt.close(figure)
