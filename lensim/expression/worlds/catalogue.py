"""The named worlds of RT-qPCR studies; each changes a study in one way that a model may not know."""

from collections.abc import Mapping
from typing import Final

from lensim.expression.worlds.world import StudyWorld

_REACTIONS: Final = (
    StudyWorld(),
    StudyWorld("four pairs", "Four donors in one experiment; nothing odd.", subjects=4, experiments=1),
    StudyWorld(
        "one late reaction",
        "Four donors in one experiment; one reaction of a target in a treated sample comes 2 cycles late.",
        subjects=4,
        experiments=1,
        late_wells=1,
    ),
    StudyWorld("late reactions", "2% of reactions come 2 cycles late.", late_share=0.02),
    StudyWorld(
        "unequal pairs",
        "15% of reactions were not run, and 20% of samples are not there, with their partners or without.",
        lost_share=0.15,
        missing_share=0.20,
        experiments=3,
    ),
)
_GENES: Final = (
    StudyWorld("reference responds", "The only reference rises by 0.5 log2 with treatment.", reference_change=0.5),
    StudyWorld(
        "one of two references responds",
        "The first of two references rises by 0.5 log2 with treatment.",
        references=2,
        reference_change=0.5,
    ),
    StudyWorld(
        "factor off by 0.05",
        "Factors are stated without an error, each 0.05 too high or too low; targets rise by 2 to 7 log2.",
        stated_factor_error=0.05,
        fold_changes="rising",
    ),
    StudyWorld(
        "absent in control",
        "The first target has a copy in every 60th reaction under control, and rises to a thousandfold.",
        fold_changes="one_strong",
        log2_copies_of_first=-6.0,
        sd_log2_copies=0.5,
    ),
    StudyWorld(
        "half of controls undetected",
        "Eight donors, two references, six targets; the first rises by 9 log2 and half of its controls show nothing.",
        subjects=8,
        experiments=1,
        targets=6,
        references=2,
        fold_changes="one_strong",
        log2_copies_of_first=-1.0,
    ),
)
_PLATES: Final = (
    StudyWorld(
        "plate effect of one gene",
        "The first target differs by 0.5 cycles between plates; a subject's samples are on one plate.",
        sd_gene_plate_cycles=0.5,
    ),
    StudyWorld(
        "plate effect, treated apart",
        "The first target differs by 0.5 cycles between plates, and treated samples are on plates of their own.",
        sd_gene_plate_cycles=0.5,
        plates="apart",
    ),
    StudyWorld(
        "samples on two plates",
        "Each sample is read on two plates; its own deviation, 0.3 log2, is the same on both.",
        replicates=4,
        plates="two",
        sd_log2_sample=0.3,
    ),
)
_FOLD_CHANGES: Final = (
    StudyWorld(
        "strong and uniform",
        "Four donors in one experiment, whose targets rise by 2 to 12 log2, with a spread of 20% between donors.",
        subjects=4,
        experiments=1,
        fold_changes="strong",
        sd_subject=0.26,
        log2_copies=6.0,
        log2_copies_of_first=6.0,
    ),
    StudyWorld(
        "all targets rise",
        "Nine targets rise by 2 to 7 log2 together; one reference.",
        targets=9,
        fold_changes="rising",
    ),
    StudyWorld(
        "two kinds of donors",
        "Each donor's fold change lies 0.8 log2 above or below the mean.",
        fold_changes="two_kinds",
        sd_subject=0.15,
    ),
)
_RATIOS: Final = (
    StudyWorld(
        "ratios",
        "A table of ratios: one each of six donors and three targets.",
        experiments=1,
        has_ratios=True,
    ),
    StudyWorld(
        "strong and uniform ratios",
        "A table of four ratios of each target, which rises by 2 to 12 log2, with a spread of 20% between donors.",
        subjects=4,
        experiments=1,
        has_ratios=True,
        fold_changes="strong",
        sd_subject=0.26,
        sd_log2_sample=0.05,
    ),
    StudyWorld(
        "one outlying ratio",
        "A table of ratios: one each of six donors and three targets; one of them is 3 log2 too low.",
        experiments=1,
        has_ratios=True,
        late_wells=1,
        late_cycles=3.0,
    ),
)
WORLDS: Final[Mapping[str, StudyWorld]] = {
    world.name: world for world in (*_REACTIONS, *_GENES, *_PLATES, *_FOLD_CHANGES, *_RATIOS)
}
