"""Share of reactions without a Ct, for the planned and for larger amounts of cDNA."""

from typing import Any

import numpy as np
import pandas as pd

from lensim import limits
from lensim import vocabulary as v
from lensim.bounds import require_size
from lensim.checks import InputError
from lensim.plan.parts import require_part
from lensim.plan.question import DetectionQuestion
from lensim.power.assays import assay_of
from lensim.power.pool import Pool, one_by_one
from lensim.power.scenario import Scenario

LEVEL, REFERENCE = "mu_log2_level", v.LOG2_REFERENCE_LEVEL


def undetected(scenario: Scenario, question: DetectionQuestion, pool: Pool = one_by_one) -> pd.DataFrame:
    """Share of reactions without a Ct, by gene, cell type (or group of subjects) and amount of cDNA.

    Columns: cdna (multiple of the design's), gene, cell_type, undetected (mean share), undetected_mcse (between
    studies), all_detected (share of studies in which every reaction of that gene and cell type has a Ct).

    Raises
    ------
    InputError
        If the scenario has no reactions.
    """
    asked = require_part(scenario, "detection")
    require_size(
        "detection.studies",
        asked.design.wells * question.studies,
        limits.CHUNK_WELLS,
        "wells at a time",
        f"lower detection.studies ({question.studies:,}) or the subjects, genes or replicates of design "
        f"({asked.design.wells:,} wells)",
    )
    tasks = ((k, (asked, amount, question.studies)) for k, amount in enumerate(question.cdna))
    found = dict(pool(undetected_with, tasks))
    return pd.DataFrame([row for k in range(len(question.cdna)) for row in found[k]])


def undetected_with(scenario: Scenario, amount: float, studies: int) -> list[dict[str, Any]]:
    """The rows of one amount of cDNA, the work of one task."""
    more = float(np.log2(amount))
    shift = scenario.truth.shift
    own = scenario.at(
        {"truth.shift": {**shift, LEVEL: shift.get(LEVEL, 0.0) + more, REFERENCE: shift.get(REFERENCE, 0.0) + more}}
    )
    simulated = assay_of(own).reactions
    data = None if simulated is None else simulated(own, ("detection", f"{amount:g}"), studies)
    if data is None:
        raise InputError("detection needs reactions, got ratios")
    ct = data[v.CT].to_numpy()
    gene = data[v.GENE_OF_REACTION].to_numpy()
    subject = data[v.SUBJECT_OF_SAMPLE].to_numpy()[data[v.SAMPLE_OF_REACTION].to_numpy()]
    kind = data[v.CELL_TYPE_OF_SUBJECT].to_numpy()[subject]
    run = ~data["is_lost"].to_numpy()
    rows = []
    for g, gene_name in enumerate(data[v.GENE].to_numpy()):
        for k, kind_name in enumerate(data[v.CELL_TYPE].to_numpy()):
            here = (gene == g) & (kind == k)
            missing = (np.isnan(ct[:, here]) & run[:, here]).mean(axis=1)
            rows.append(
                {
                    "cdna": amount,
                    "gene": str(gene_name),
                    "cell_type": str(kind_name),
                    "undetected": float(missing.mean()),
                    "undetected_mcse": float(missing.std(ddof=1) / np.sqrt(len(missing))),
                    "all_detected": float((missing == 0).mean()),
                }
            )
    return rows
