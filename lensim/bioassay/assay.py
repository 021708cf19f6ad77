"""The TNF bioassay as one value: what `fit`, `summarize` and `report` need of it."""

from typing import Final

import xarray as xr

from lensim import vocabulary as v
from lensim.assay import Asked, Assay, ResultTable
from lensim.bioassay.assemble import write_bioassay
from lensim.bioassay.density import DENSITIES
from lensim.bioassay.estimands import bioassay_estimands, summarise_changes, summarise_media
from lensim.bioassay.excluded import places, without
from lensim.bioassay.read import read_bioassay
from lensim.plain_text import counted


def tables(estimands: xr.Dataset, asked: Asked) -> tuple[ResultTable, ...]:
    """Media; and changes under treatment, where there is more than one condition."""
    media = summarise_media(estimands, asked.ci_prob)
    changes = summarise_changes(estimands, asked.ci_prob)
    found = [
        ResultTable(
            "media",
            f"TNF of each medium as an interval or a bound, {asked.words}",
            media,
            # said by tnf in words
            hidden=(
                *(f"tnf_pg_per_ml{end}" for end in ("", "_lower", "_upper")),
                "bound_lower", "bound_upper", "lowest_pg_per_ml", "highest_pg_per_ml",
            ),
            units={"tnf": "pg/ml"},
            quantities={v.LOG10_TNF: "TNF"},
        )
    ]  # fmt: skip
    if len(changes):
        found.append(
            ResultTable(
                "changes",
                f"Change of TNF under treatment, {asked.words}",
                changes,
                hidden=tuple(f"fold_change_percent{end}" for end in ("", "_lower", "_upper")),
                units={"change": "% of control"},
                quantities={v.LOG2_FOLD_CHANGE: "fold change"},
            )
        )
    return tuple(found)


def counts(data: xr.Dataset) -> str:
    """Numbers of what is fitted, for the head of a result."""
    roles = [str(role) for role in data[v.ROLE].to_numpy()]
    lost = f", {data.attrs['wells_lost']} without a reading" if data.attrs.get("wells_lost") else ""
    samples, plates = counted(data.sizes[v.MEDIUM], "sample"), counted(data.sizes[v.PLATE], "plate")
    return (
        f"{counted(roles.count('standard'), 'well')} of standards, {roles.count('sample')} of {samples}, "
        f"{counted(roles.count('blank'), 'blank')} on {plates}{lost}"
    )


def notes(data: xr.Dataset) -> tuple[str, ...]:
    """Assumptions made in reading, as sentences."""
    found = str(data.attrs.get(v.NOTES, "")).splitlines()
    if data.attrs.get("is_undiluted_assumed"):
        found.append("no column dilution_factor, so every sample is taken as undiluted")
    if parted := data.attrs.get("plates_parted"):
        found.append(f"plates with standards of several experiments are parted by experiment: {parted}")
    if saturated := int(data.attrs.get("wells_saturated", 0)):
        found.append(
            f"wells in which the reader was saturated are left out ({saturated}): they were the highest ones of their "
            "groups, so what is left comes out too low; dilute, or read again with less gain"
        )
    return tuple(found)


ASSAY: Final = Assay(
    name="bioassay",
    title="TNF of conditioned media",
    read=read_bioassay,
    recognises=lambda data: v.OPTICAL_DENSITY in data,
    default_model=lambda data: "bioassay_calibration",
    estimands=lambda result, asked: bioassay_estimands(result),
    judged=lambda estimands: estimands,
    tables=tables,
    counts=counts,
    notes=notes,
    densities=DENSITIES,
    write=write_bioassay,
    places=places,
    without=without,
)
