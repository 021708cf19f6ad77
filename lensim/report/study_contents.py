"""What the page of the whole study shows: claims, systems, printed statistics, power, in this order."""

from typing import Final

from lensim.report.folder import Choice, ListedFigure, ListedTable
from lensim.report.study_systems import SYSTEMS, Group

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
            "twin_populations",
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
                "replication_patients/",
                "replication_lines/",
                "efficiency/",
            ),
        ),
        Choice(
            "power_dose_response",
            "Power of the 23-line panel",
            "What three experiments in triplicate can show about lines and molecular groups.",
            figures=(
                ListedFigure(
                    "group_differences.png",
                    "Differences between molecular groups that 23 lines would find, with the bar at 80%.",
                    "Share of simulated studies that find a difference between groups, by its size, one panel a "
                    "quantity",
                ),
            ),
            tables=(ListedTable("panel/summary.csv", "The panel as it was: rules for lines and groups"),),
            left_out=("panel/audit.csv", "midpoint/", "effect/"),
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
