"""Figures of power: rules that a panel lacks, last rows that are not full, and what titles say."""

import pandas as pd

from lensim.report.figures.power import plot_power_curves

SHARE = {"quantity": "power", "share": 0.5, "share_mcse": 0.01}


def ticks(axis) -> list[str]:
    return [label.get_text() for label in axis.get_xticklabels() if label.get_visible()]


def test_a_rule_of_one_target_alone_is_drawn_there_and_named_in_the_legend():
    rows = [{"rule": "calls", "target": "lines"}, {"rule": "ranks", "target": "study"}]
    figure = plot_power_curves(pd.DataFrame([row | SHARE for row in rows]))
    assert [len(axis.containers) for axis in figure.axes] == [1, 1]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["calls", "ranks"]


def test_every_column_of_panels_has_ticks_at_its_foot():
    rows = [
        {"design.subjects.line": n, "analysis.factors": factors, "rule": "t", "target": target}
        for n in (4, 8) for factors in ("plug_in", "perfect") for target in ("TNF", "IGF1")
    ]  # fmt: skip
    figure = plot_power_curves(pd.DataFrame([row | SHARE for row in rows]))
    figure.canvas.draw()
    assert [ticks(axis) for axis in figure.axes[:4]] == [[], ["4", "8"], ["4", "8"], ["4", "8"]]
    assert figure.axes[0].get_title() == "TNF\nfactors: plug in"


def test_a_distribution_is_named_with_its_numbers():
    rows = [
        {"design.experiments": n, "truth.factor": str({"normal": (1.93, sd)}), "rule": "t", "target": "TNF"}
        for n in (1, 2) for sd in (0.0, 0.1)
    ]  # fmt: skip
    figure = plot_power_curves(pd.DataFrame([row | SHARE for row in rows]))
    assert figure.axes[1].get_title() == "TNF\nfactor: normal (1.93, 0.1)"
