"""What the page of the whole study shows of each results folder: order, captions, and words for who can't see."""

from dataclasses import dataclass
from typing import Final

from lensim.report.folder import Choice, ListedFigure, ListedTable


@dataclass(frozen=True)
class Group:
    """Folders that belong together, under one heading."""

    key: str
    title: str
    parts: tuple[Choice, ...]


CLAIMS: Final = Choice(
    "claims",
    "Every claim of the paper",
    "Each number that the paper states, set beside what simulated twins of the whole study read, and each finding, set "
    "beside how often a study of this design would make it, true or not. The bar is the central 90% of twins, its "
    "stroke their median, the dot what the paper states.",
    figures=(
        ListedFigure(
            "numbers.png",
            "Stated numbers among the readings of twins: where each lies within, below or above the central 90%.",
            "One row for each stated number of the paper, with the interval of the twins' readings and the stated "
            "value",
        ),
        ListedFigure(
            "findings.png",
            "How often a study of this design makes each finding, where it is true and where it is not. A finding "
            "made as often in both has no support in the design.",
            "One row for each finding, with the share of simulated studies that make it if true and if not",
        ),
    ),
    left_out=("numbers.csv", "findings.csv"),
)

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
                    "Wells as percent of untreated and posterior curves with 90% bands, one panel a line; above each "
                    "stands the absolute IC50 in µM, or the bound that takes its place.",
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
                    "Standards, posterior curves and samples of each plate; a sample stands at its mean reading and "
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
        ),
    ),
)

PUBLISHED: Final = Group(
    "published",
    "What the printed statistics say",
    (
        Choice(
            "audit_published_statistics",
            "Audit of the printed summaries",
            "Effect and spread by the exact likelihood of what is printed, and the P values that each analysis could "
            "have given for such data.",
            figures=(
                ListedFigure(
                    "implied.png",
                    "Mean and spread of log2 fold changes that the printed summaries imply, and the printed values.",
                    "Posterior of mean and spread for each printed summary, with the printed median and range",
                ),
                ListedFigure(
                    "attainable.png",
                    "P values that each analysis can give for data with the printed summary; the band is the printed "
                    "P.",
                    "Ranges of attainable P values for each analysis, one panel a summary, with the printed P marked",
                ),
            ),
            tables=(
                ListedTable("posterior.csv", "Effect and spread, measurement taken out of the spread"),
                ListedTable("posterior_with_measurement.csv", "The same, measurement left in"),
                ListedTable("next_four.csv", "Share of studies of four further patients that each test would find"),
                ListedTable(
                    "audit.csv",
                    "P values that each analysis can give",
                    ("summary", "analysis", "lowest_p", "highest_p", "printed_p", "verdict"),
                ),
            ),
            left_out=("mann_whitney.csv",),
        ),
        Choice(
            "calibrate_twin",
            "The twin, calibrated to the stated facts",
            "Populations of the twin chosen by simulation, so that its studies read like the paper's.",
        ),
    ),
)

POWER: Final = Group(
    "power",
    "What the designs could see, and the next study",
    (
        Choice(
            "power_paper_designs",
            "Power of the paired designs",
            "Simulated studies of 12 lines, 4 patients and stromal cultures, each analysed as it would be: power, "
            "errors of type I, S and M and coverage, with Monte Carlo errors.",
            figures=(
                *(
                    ListedFigure(
                        f"{name}/power_curves.png",
                        f"{words}: share of studies that find a change, by its true size.",
                        f"{words}: power curves of several rules with 95% Monte Carlo bands, over the true fold change",
                    )
                    for name, words in (
                        ("effect_patients", "Four patients"),
                        ("effect_lines", "Twelve lines"),
                        ("effect_stroma", "Three stromal cultures"),
                    )
                ),
                ListedFigure(
                    "replication/heat_maps.png",
                    "What further patients, experiments and reactions buy.",
                    "Heat maps of power over numbers of patients, experiments and replicates",
                ),
            ),
            tables=(
                ListedTable("effect_patients/summary.csv", "Four patients: operating characteristics of each rule"),
                ListedTable("effect_lines/summary.csv", "Twelve lines: operating characteristics of each rule"),
            ),
            left_out=(
                "effect_lines/",
                "effect_patients/",
                "effect_stroma/",
                "igf1_lines/",
                "replication/",
                "efficiency/",
            ),
        ),
        Choice(
            "power_dose_response",
            "Power of the 23-line panel",
            "What three experiments in triplicate can tell of lines and of molecular groups.",
            figures=(
                ListedFigure(
                    "group_differences.png",
                    "Differences between molecular groups that 23 lines would find, with the bar at 80%.",
                    "Share of simulated studies that find a difference between groups, by its size, one panel a "
                    "quantity",
                ),
            ),
            tables=(ListedTable("panel/summary.csv", "The panel as it was: rules for lines and groups"),),
            left_out=("slope/", "midpoint/", "effect/"),
        ),
        Choice(
            "plan_follow_up",
            "The next study",
            "The smallest number that reaches the target, the cheapest design, and the worlds in which that advice "
            "breaks; the design prior is the posterior of a fit.",
            figures=(
                ListedFigure(
                    "size.png",
                    "Assurance by number of patients, and the number that reaches the target.",
                    "Share of successful simulated studies against the number of patients, with Monte Carlo intervals",
                ),
                ListedFigure(
                    "frontier.png",
                    "Cost against assurance: designs that nothing cheaper matches.",
                    "Scatter plot of designs by cost and assurance, with the frontier drawn",
                ),
                ListedFigure(
                    "robustness.png",
                    "Assurance of the recommended design in other worlds.",
                    "Assurance of one design under different truths, against the target",
                ),
            ),
        ),
    ),
)

GROUPS: Final = (SYSTEMS, PUBLISHED, POWER)
