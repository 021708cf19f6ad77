"""The page of the whole study, for each system: order of figures, captions, and text alternatives."""

from dataclasses import dataclass
from typing import Final

from lensim.report.folder import Choice, ListedFigure, ListedTable


@dataclass(frozen=True)
class Group:
    """Folders that belong together, under one heading."""

    key: str
    title: str
    parts: tuple[Choice, ...]


SYSTEMS: Final = Group(
    "systems",
    "The systems of the study, simulated and fitted",
    (
        Choice(
            "fig1_dose_response",
            "Sensitivity of 23 lines (Figure 1)",
            "A twin of the 23-line panel, three experiments in triplicate, with edge effects and lost wells, and its "
            "hierarchical fit. The IC50 is absolute, of untreated growth; where the doses don't reach it there is a "
            "bound.",
            figures=(
                ListedFigure(
                    "curves.png",
                    "Wells as percent of untreated and posterior curves with 90% bands, one panel a line. The number "
                    "above each panel is the absolute IC50 in µM, or a bound where there is no IC50 within the doses.",
                    "23 panels of dose-response curves over the wells that they were fitted to, on a log axis of dose",
                ),
                ListedFigure(
                    "ic50_forest.png",
                    "Absolute IC50 of each line with its 90% interval; arrows are bounds at the ends of the tested "
                    "doses. Beside them the published call.",
                    "Forest plot of the IC50 of 23 lines in µM on a log axis, coloured by molecular group",
                ),
                ListedFigure(
                    "posterior_predictive.png",
                    "Whether the model could have made these wells: observed against replicated signals.",
                    "Posterior predictive check of the signals of wells, as distributions and as PIT",
                ),
            ),
            tables=(
                ListedTable(
                    "lines.csv",
                    "Lines: IC50 as an interval or a bound, and the truth that the twin was drawn from",
                    (
                        "cell_line",
                        "molecular_group",
                        "published_call",
                        "ic50",
                        "true_ic50_um",
                        "p_ic50_above_top",
                        "p_resistant",
                        "inhibition_at_top_dose_percent",
                        "p_stimulated",
                    ),
                ),
                ListedTable("panel.csv", "The panel as a whole"),
            ),
            left_out=("wells.csv",),
        ),
        Choice(
            "fig2_expression",
            "TNF and IGF1 mRNA under the drug (Figures 2A, B, D, E and 3B)",
            "A twin of the RT-qPCR of lines, primary samples and stromal cultures, from reactions and dilution series "
            "to fold changes, with reactions without Ct as evidence, and the classical analysis beside it.",
            figures=(
                ListedFigure(
                    "forest.png",
                    "Fold change of each subject with its 90% interval, and the population behind them.",
                    "Forest plot of fold changes in percent of control, by target and cell type",
                ),
                ListedFigure(
                    "levels.png",
                    "Level of each target without the drug, relative to the calibrator. A target that was never "
                    "detected is a bound, drawn as an arrow.",
                    "Levels of mRNA of each subject on a log axis, one panel a target",
                ),
                ListedFigure(
                    "before_after.png",
                    "The classical picture: ratios by Pfaffl's method before and after treatment, a line each subject.",
                    "Paired levels of untreated and treated samples, joined for each subject",
                ),
                ListedFigure(
                    "against_ic50.png",
                    "Fold change against the absolute IC50 of the same line, with the slope that the data allow.",
                    "Scatter plot of fold changes against IC50 with intervals in both directions",
                ),
                ListedFigure(
                    "resistant_profile.png",
                    "Lines made resistant against their parents, gene by gene.",
                    "Levels of genes in LP1-LR and NCI-H929 R10-4 relative to their parents",
                ),
                ListedFigure(
                    "standard_curves.png",
                    "Dilution series and the amplification that the model takes from them.",
                    "Ct of dilution series against quantity, one panel a gene, with fitted lines",
                ),
            ),
            tables=(
                ListedTable("populations.csv", "Populations: mean fold change, and what a new subject would show"),
                ListedTable("contrasts.csv", "Cell types against each other"),
                ListedTable("sensitivity.csv", "Does the response of a line go with its sensitivity?"),
                ListedTable("subjects.csv", "Subjects: fold change with its interval, and the truth of the twin"),
                ListedTable("classical_tests.csv", "The tests of a bench on the same reactions"),
                ListedTable("comparison.csv", "Livak, Pfaffl and the posterior side by side"),
            ),
            left_out=("reactions.csv",),
        ),
        Choice(
            "fig2c_bioassay",
            "TNF activity of conditioned media (Figure 2C)",
            "A twin of the bioassay: standards and samples in one four-parameter model, concentrations by inverse "
            "prediction, and a bound where a sample lies outside the standards.",
            figures=(
                ListedFigure(
                    "calibration.png",
                    "Standards, posterior curves and samples of each plate; a sample is drawn at its mean reading and "
                    "its posterior TNF. The shaded ends lie beyond the standards.",
                    "Calibration curves of optical density against TNF on a log axis, one panel a plate, with samples",
                ),
                ListedFigure(
                    "tnf.png",
                    "TNF of each medium with and without the drug; an arrow is a bound, for what lies beyond the "
                    "standards.",
                    "TNF concentration of conditioned media in pg/ml, one panel a line, control and treated",
                ),
            ),
            tables=(
                ListedTable("changes.csv", "Change of TNF under the drug, line by line"),
                ListedTable("media.csv", "TNF of each medium, as an interval or a bound"),
                ListedTable("classical.csv", "The same by a classical fit and inverse prediction"),
            ),
            left_out=("wells.csv", "plate.csv"),
        ),
        Choice(
            "fig3a_cell_cycle",
            "Cell cycle of LP-1 and LP1-LR (Figure 3A)",
            "Events by phase with overdispersion between experiments: the drug's effect on the S phase in each line, "
            "and what one representative experiment can and can't say.",
            figures=(
                ListedFigure(
                    "events.png",
                    "One experiment as a cytometer shows it: BrdU against DNA content, coloured by gate, with the "
                    "share of each phase.",
                    "Scatter plots of events by DNA content and BrdU, one panel a tube, with gated phases",
                ),
                ListedFigure(
                    "phases.png",
                    "Share of each phase with its 90% interval; points are single cultures.",
                    "Bars of the share of cells in each phase, by line and condition",
                ),
                ListedFigure(
                    "effects.png",
                    "Change of the S share under the drug, as one experiment, several, and a test that takes cells for "
                    "experiments would have it.",
                    "Intervals of the change of the S share in each line and of their difference, by data and method",
                ),
            ),
            tables=(
                ListedTable("effects.csv", "Effect of the drug on each phase"),
                ListedTable("line_differences.csv", "Difference of the effects in the two lines"),
                ListedTable("shares.csv", "Share of each phase"),
                ListedTable("confusion.csv", "Events by their true kind and by gate"),
            ),
            left_out=("events.csv", "tubes.csv"),
        ),
        Choice(
            "selection_lp1_lr",
            "How LP1-LR came to be",
            "Birth, death and mutation of sensitive and resistant clones under a schedule of doses: time to "
            "resistance and the chance of extinction, for the paper's schedule and for slower and faster ones.",
            figures=(
                ListedFigure(
                    "paths.png",
                    "Sensitive and resistant cells of simulated cultures under each schedule, and the dose below.",
                    "Numbers of sensitive and resistant cells over days on a log axis, one panel a schedule of doses",
                ),
                ListedFigure(
                    "outcomes.png",
                    "When resistant cells prevail from then on, and what is left at the end, under each schedule.",
                    "Share of cultures in which resistant cells prevail over days, and outcomes with Monte Carlo "
                    "intervals",
                ),
                ListedFigure(
                    "worlds.png",
                    "The same outcome where mutations are rarer or more frequent, and deaths by the drug fewer or "
                    "more.",
                    "Share of cultures in which resistant cells prevail, by assumption and schedule",
                ),
            ),
            tables=(
                ListedTable(
                    "outcomes.csv",
                    "Schedules: outcomes and days, with Monte Carlo errors",
                    (
                        "schedule",
                        "cultures",
                        "days",
                        "p_is_resistant",
                        "p_is_extinct",
                        "resistance_day",
                        "growth_day",
                        "extinction_day",
                    ),
                ),
            ),
            left_out=("worlds.csv", "cultures.csv", "paths.csv"),
        ),
        Choice(
            "associations",
            "What goes with sensitivity",
            "Sensitivity against molecular group and, where a user has it, p53 status; each as an effect with an "
            "interval and a region of practical equivalence, beside Fisher's exact test and what 23 lines could have "
            "missed.",
            figures=(
                ListedFigure(
                    "labels.png",
                    "Odds ratio of resistance and difference of inhibition at the top dose, each label against the "
                    "rest; the shaded region counts as no difference.",
                    "Intervals of odds ratios and of differences of inhibition, one row a label",
                ),
                ListedFigure(
                    "fisher_power.png",
                    "Power of Fisher's exact test over true odds ratios, and the odds ratios that 23 lines find in "
                    "four of five studies, by how many of them bear a label.",
                    "Power curves of Fisher's exact test for groups of different sizes, with the bar at 80%",
                ),
                ListedFigure(
                    "fold_changes.png",
                    "Fold changes against sensitivity, with the region that counts as no difference.",
                    "Fold changes of sensitive and resistant lines, with intervals",
                ),
            ),
            tables=(
                ListedTable(
                    "labels.csv",
                    "Labels against the rest: effects, and Fisher's test",
                    (
                        "value",
                        "lines",
                        "resistant",
                        "other_lines",
                        "other_resistant",
                        "log2_odds_ratio",
                        "log2_odds_ratio_verdict",
                        "inhibition_difference_percent",
                        "fisher_p",
                    ),
                ),
                ListedTable("variance_shares.csv", "Share of the variance between lines that a label explains"),
                ListedTable(
                    "fisher_reach.csv",
                    "Odds ratios found with 80% power, by number of lines with a label",
                    ("lines", "below", "above"),
                ),
            ),
            left_out=("fisher_power.csv",),
        ),
    ),
)
