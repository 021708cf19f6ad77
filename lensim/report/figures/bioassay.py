"""Figures of a bioassay's fit: calibration of each plate with its samples, and TNF of media under each condition."""

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from lensim import vocabulary as v
from lensim.bioassay.curve import optical_density
from lensim.bioassay.estimands import bioassay_estimands, summarise_changes, summarise_media
from lensim.bioassay.roles import BLANK, SAMPLE, STANDARD
from lensim.inference.intervals import interval_of
from lensim.inference.observations import observations_of
from lensim.report.figures.catalogue import ResultFigure
from lensim.report.figures.style import PALETTE, legend_columns, literal, literal_name, new_figure, short_name

CURVE_COLOUR = "#666666"
OUTSIDE_COLOUR = "#EEEEEE"
MARKERS = ("o", "s", "D", "^", "v", "P")
DRAWN = 400  # draws behind a band: its edges need no more


def plot_calibration(result: xr.DataTree, ci_prob: float = 0.9) -> Figure:
    """One panel a plate: standards, posterior curve, and each sample at its mean reading and its posterior TNF.

    Cells alone are left of a gap in the log axis; the shaded ends lie beyond the standards.
    """
    data = observations_of(result)
    plates = [str(name) for name in data[v.PLATE].to_numpy()]
    columns = min(3, len(plates))
    rows = -(-len(plates) // columns)
    figure, axes = new_figure(
        rows, columns, figsize=(8, 1.0 + 2.5 * rows), sharex=True, sharey=True, layout="constrained"
    )
    lines = [str(name) for name in data[v.CELL_LINE].to_numpy()]
    conditions = [str(name) for name in data[v.CONDITION].to_numpy()]
    for axis in axes.ravel()[len(plates) :]:
        axis.set_visible(False)
    for at, name in enumerate(plates):
        axis = axes.ravel()[at]
        _draw_curve(axis, result, data, at, ci_prob)
        _draw_samples(axis, result, data, at, ci_prob)
        axis.set_title(literal_name(name), fontsize=9)
        axis.tick_params(labelsize=8)
    axes[0, 0].set_ylim(bottom=0)  # after all plates: a shared axis with a fixed end no longer grows with them
    figure.supxlabel("TNF in the well [pg/ml] (log axis; 0: cells alone)", fontsize=9)
    figure.supylabel("optical density (MTT)", fontsize=9)
    handles = [
        Line2D([], [], color="black", marker="o", mfc="none", ls="", ms=4, label="standard"),
        Line2D([], [], color=CURVE_COLOUR, lw=1.4, label=f"curve, {ci_prob:.0%} band"),
        Line2D([], [], color=CURVE_COLOUR, lw=0.8, ls=":", label="blank"),
        *(
            Line2D(
                [],
                [],
                color=PALETTE[k % len(PALETTE)],
                marker=MARKERS[c % len(MARKERS)],
                ms=5,
                lw=1,
                label=literal(label),
            )
            for k, line in enumerate(lines[:6])
            for c, label in (
                (c, f"{short_name(line)}, {short_name(name)}" if len(conditions) > 1 else short_name(line))
                for c, name in enumerate(conditions)
            )
        ),
    ]
    across = legend_columns(handles, figure.get_figwidth(), 4, 7.5)
    figure.legend(handles=handles, loc="outside upper center", ncols=across, fontsize=7.5, frameon=False)
    return figure


def _draw_curve(axis: Axes, result: xr.DataTree, data: xr.Dataset, plate: int, ci_prob: float) -> None:
    role, tnf, od = (data[name].to_numpy() for name in (v.ROLE, v.CONCENTRATION, v.OPTICAL_DENSITY))
    here = data[v.PLATE_OF_WELL].to_numpy() == plate
    standards = here & (role == STANDARD)
    positive = tnf[standards & (tnf > 0)]
    low, high = positive.min(), positive.max()
    grid = np.geomspace(low / 4, high * 4, 80)
    draws = result["posterior"].to_dataset().isel({v.PLATE: plate})
    names = [v.LOG_TOP_OD, v.LOG10_EC50_TNF, v.LOG_HILL, v.EFFECT]
    has_background = v.BACKGROUND_OD in draws  # not where there are no blanks
    flat = draws[names + [v.BACKGROUND_OD] * has_background].stack(sample_=("chain", "draw"), create_index=False)
    flat = flat.isel(sample_=slice(None, None, max(1, flat.sizes["sample_"] // DRAWN)))
    read = optical_density(grid[:, None], *(flat[name].to_numpy() for name in names))
    if has_background:
        read = read + flat[v.BACKGROUND_OD].to_numpy()
    lower, middle, upper = interval_of(read, ci_prob, axis=1)
    axis.axvspan(grid[0] / 3, low, color=OUTSIDE_COLOUR, lw=0)
    axis.axvspan(high, grid[-1], color=OUTSIDE_COLOUR, lw=0)
    axis.fill_between(grid, lower, upper, color=CURVE_COLOUR, alpha=0.3, lw=0)
    axis.plot(grid, middle, color=CURVE_COLOUR, lw=1.4)
    at = np.where(tnf > 0, tnf, low / 8)
    axis.plot(at[standards], od[standards], ls="", marker="o", mfc="none", mec="black", ms=3.5)
    blanks = od[here & (role == BLANK)]
    if len(blanks):
        axis.axhline(blanks.mean(), color=CURVE_COLOUR, lw=0.8, ls=":")
    axis.set_xscale("log")
    axis.set_xlim(grid[0] / 3, grid[-1])
    ticks = [low / 8, low, float(np.sqrt(low * high)), high]
    axis.set_xticks(ticks, ["0", *(f"{float(f'{tick:.3g}'):g}" for tick in ticks[1:])])
    axis.xaxis.set_minor_formatter(NullFormatter())


def _draw_samples(axis: Axes, result: xr.DataTree, data: xr.Dataset, plate: int, ci_prob: float) -> None:
    """Each medium and dilution at its mean reading; the bar is its posterior TNF as it is in the well."""
    role, od, medium = (data[name].to_numpy() for name in (v.ROLE, v.OPTICAL_DENSITY, v.MEDIUM_OF_WELL))
    dilution = data[v.DILUTION].to_numpy()
    here = (data[v.PLATE_OF_WELL].to_numpy() == plate) & (role == SAMPLE)
    left, right = axis.get_xlim()
    draws = result["posterior"][v.LOG10_TNF]
    for own in np.unique(medium[here]):
        of_medium = 10.0 ** interval_of(draws.isel({v.MEDIUM: int(own)}), ci_prob)
        colour = PALETTE[int(data[v.LINE_OF_MEDIUM][own]) % len(PALETTE)]
        marker = MARKERS[int(data[v.CONDITION_OF_MEDIUM][own]) % len(MARKERS)]
        for factor in np.unique(dilution[here & (medium == own)]):
            wells = od[here & (medium == own) & (dilution == factor)]
            lower, middle, upper = np.clip(of_medium / factor, left, right)
            axis.plot([lower, upper], [wells.mean()] * 2, color=colour, lw=1.2)
            axis.plot(middle, wells.mean(), marker=marker, color=colour, ms=5, mec="white", mew=0.4)


def plot_tnf(
    result: xr.DataTree,
    ci_prob: float = 0.9,
    classical: pd.DataFrame | None = None,
    true_pg_per_ml: np.ndarray | None = None,
) -> Figure:
    """TNF of each medium under each condition, one panel a line; what lies beyond the standards is an arrow.

    An arrow starts at the end of the interval that the readings give: the upper one of a medium below the standards,
    the lower one of a medium above them. `classical` (a table of `classical_tnf`) and the truth of a simulation (one
    number a medium) are drawn beside, where given.
    """
    estimands = bioassay_estimands(result)
    media, changes = summarise_media(estimands, ci_prob), summarise_changes(estimands, ci_prob)
    lines, conditions = list(dict.fromkeys(media["cell_line"])), list(dict.fromkeys(media["condition"]))
    columns = min(4, len(lines))
    rows = -(-len(lines) // columns)
    figure, axes = new_figure(
        rows,
        columns,
        figsize=(max(5.0, min(8.0, 1.0 + 3.4 * columns)), 0.9 + 2.9 * rows),
        sharey=True,
        layout="constrained",
    )
    for axis in axes.ravel()[len(lines) :]:
        axis.set_visible(False)
    for at, line in enumerate(lines):
        axis = axes.ravel()[at]
        own = media[media["cell_line"] == line]
        for position, row in own.iterrows():
            among = own[own["condition"] == row["condition"]]
            x = conditions.index(row["condition"]) + 0.5 * (
                (list(among.index).index(position) + 0.5) / len(among) - 0.5
            )
            _draw_medium(axis, x, row, PALETTE[at % len(PALETTE)])
            if classical is not None:
                _draw_classical(
                    axis, x + 0.06, classical[classical["is_chosen"] & (classical["medium"] == row["medium"])]
                )
            if true_pg_per_ml is not None:
                axis.plot(x, true_pg_per_ml[int(position)], marker="_", color="black", ms=9, mew=1.4, ls="")
        for edge in {*own["lowest_pg_per_ml"], *own["highest_pg_per_ml"]}:
            axis.axhline(edge, color="#999999", lw=0.7, ls="--")
        axis.set_xticks(range(len(conditions)), [literal_name(name) for name in conditions], fontsize=8)
        axis.set_xlim(-0.5, len(conditions) - 0.5)
        axis.set_yscale("log")
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.tick_params(axis="y", labelsize=8)
        said = (
            [
                f"{short_name(row.contrast)}: {row.change}"
                + ("" if "not reported" in row.change else f", P(increase) {row.p_increase:.2f}")
                for row in changes[changes["cell_line"] == line].itertuples()
            ]
            if len(changes)
            else []
        )
        axis.set_title(literal("\n".join([short_name(line), *said])), fontsize=8)
    figure.supylabel("TNF in the medium [pg/ml]", fontsize=9)
    figure.legend(
        handles=_handles(ci_prob, classical, true_pg_per_ml),
        loc="outside lower center",
        ncols=3,
        fontsize=7.5,
        frameon=False,
    )
    return figure


def _handles(ci_prob: float, classical: pd.DataFrame | None, true_pg_per_ml: np.ndarray | None) -> list[Line2D]:
    handles = [
        Line2D([], [], color=PALETTE[0], marker="o", ms=4.5, lw=1.4, label=f"posterior, {ci_prob:.0%} interval"),
        Line2D([], [], color=PALETTE[0], marker="v", mfc="white", ms=5, ls="", label="beyond the standards: a bound"),
        Line2D([], [], color="#999999", lw=0.7, ls="--", label="lowest and highest standard"),
    ]
    if classical is not None:
        handles.append(Line2D([], [], color=CURVE_COLOUR, marker="d", ms=3.5, lw=0.9, label="weighted least squares"))
    if true_pg_per_ml is not None:
        handles.append(Line2D([], [], color="black", marker="_", ms=9, mew=1.4, ls="", label="truth of the twin"))
    return handles


def _draw_medium(axis: Axes, x: float, row: pd.Series, colour: str) -> None:
    if row["p_below"] > 0.5 or row["p_above"] > 0.5:
        is_below = row["p_below"] > 0.5
        end = row["bound_upper"] if is_below else row["bound_lower"]
        axis.annotate(
            "",
            (x, end / 2.2 if is_below else end * 2.2),
            (x, end),
            arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2, "fc": "white"},
        )
        axis.plot(x, end, marker="_", color=colour, ms=8, mew=1.6, ls="")
        axis.plot(x, end / 2.2 if is_below else end * 2.2, alpha=0)  # so that the axis has room for the arrow
        return
    axis.plot([x, x], [row["bound_lower"], row["bound_upper"]], color=colour, lw=1.4)
    axis.plot(x, row["tnf_pg_per_ml"], marker="o", color=colour, ms=4.5, ls="")


def _draw_classical(axis: Axes, x: float, rows: pd.DataFrame) -> None:
    for _, row in rows.iterrows():
        if row["flag"] or not np.isfinite(row["tnf_pg_per_ml"]):
            continue
        low, high = row["tnf_pg_per_ml_lower"], row["tnf_pg_per_ml_upper"]
        has_low, has_high = low > 0, bool(np.isfinite(high))  # an end that there is not is a small arrowhead
        ends = [low if has_low else row["tnf_pg_per_ml"] / 2.2, high if has_high else row["tnf_pg_per_ml"] * 2.2]
        axis.plot([x, x], ends, color=CURVE_COLOUR, lw=0.9)
        for end, is_there, marker in zip(ends, (has_low, has_high), ("v", "^"), strict=True):
            if not is_there:
                axis.plot(x, end, marker=marker, color=CURVE_COLOUR, ms=3, ls="")
        axis.plot(x, row["tnf_pg_per_ml"], marker="d", color=CURVE_COLOUR, ms=3.5, ls="")


def figures_of_fit(result: xr.DataTree, ci_prob: float, threshold_um: float | None) -> tuple[ResultFigure, ...]:
    """Calibration of each plate, and TNF of each medium."""
    return (
        ResultFigure(
            "calibration",
            "Standards, posterior curves and samples of each plate; the shaded ends lie beyond the standards.",
            "Calibration curves of optical density against TNF on a log axis, one panel a plate, with samples",
            lambda: plot_calibration(result, ci_prob),
        ),
        ResultFigure(
            "tnf",
            "TNF of each medium under each condition; an arrow is a bound, for what lies beyond the standards.",
            "TNF concentration of conditioned media in pg/ml, one panel a line",
            lambda: plot_tnf(result, ci_prob),
        ),
    )
