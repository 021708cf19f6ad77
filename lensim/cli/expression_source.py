"""From the files and options of a command on RT-qPCR to data, and what people are told of them on the way."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lensim.checks import InputError
from lensim.cli.shared import err

if TYPE_CHECKING:
    import xarray as xr

SHOWN_CONTROLS = 5


@dataclass(frozen=True)
class Source:
    """The files that a user names, and what the options say of them."""

    files: tuple[Path, ...]
    format: str
    sheet: Path | None
    references: tuple[str, ...]
    control: str
    factors: Path | None
    cycle_limit: float | None
    decimal: Literal[".", ","] | None

    def roles(self) -> list[str]:
        """The options given that say what samples and genes are for."""
        given = {"--reference": self.references, "--control": self.control, "--factors": self.factors}
        return [option for option, value in given.items() if value]


def tell_of_efficiencies(data: "xr.Dataset") -> None:
    """Say of which genes nothing is known about their amplification."""
    from lensim.expression.standard_curve import genes_of_unknown_factor

    genes = genes_of_unknown_factor(data) if "ct_cycles" in data else []
    if genes:
        err.print(
            f"note: neither a dilution series nor a stated factor for {', '.join(genes)}: the fit takes the prior of "
            "amplification factors (docs/expression.md), the classical answer a factor of 2; lensim fit expression "
            "--factors states them",
            soft_wrap=True,
        )


def tell_of_controls(amplified: list[tuple[str, str, float]]) -> None:
    """Say which reactions without template amplified: gene, plate and Ct of each."""
    if amplified:
        named = [f"{gene} (plate {plate}) at Ct {ct:.1f}" for gene, plate, ct in amplified[:SHOWN_CONTROLS]]
        more = [f"{len(amplified) - SHOWN_CONTROLS} more"] if len(amplified) > SHOWN_CONTROLS else []
        err.print(
            f"note: amplified without template: {', '.join([*named, *more])}; the fit takes no account of it: of a "
            "sample whose Ct comes as late, doubt the Ct",
            soft_wrap=True,
        )


def counts_of(data: "xr.Dataset") -> str:
    """What there is to be fitted, in a sentence."""
    if "ct_cycles" not in data:
        return (
            f"{data.sizes['pair']} ratios of {data.sizes['target']} targets in {data.sizes['subject']} subjects, "
            f"{data.attrs['rows_without_ratio']} rows without one"
        )
    missing = int(data["ct_cycles"].isnull().sum())
    return (
        f"{data.sizes['reaction']} reactions of {data.sizes['gene']} genes in {data.sizes['cdna']} samples of "
        f"{data.sizes['subject']} subjects, {missing} not detected"
    )


def know_samples(source: Source) -> bool:
    """Whether there is one file, and it is a tidy table that names subjects and conditions."""
    return len(source.files) == 1 and _knows_samples(source.files[0], source.format)


def refuse_to_lose(source: Source) -> None:
    """Refuse several tidy tables that name subjects and conditions, which would be lost without a sheet."""
    for file in source.files if len(source.files) > 1 else ():
        if _knows_samples(file, source.format):
            raise InputError(
                f"--sheet must say which sample is which, got none: the subjects and conditions in {file.name} are "
                "kept where it is the only file"
            )


def _knows_samples(file: Path, format: str) -> bool:
    from lensim.expression.read import kind_of, knows_samples
    from lensim.tables.source import source_of

    source = source_of(file)
    return (format or kind_of(source)) == "tidy" and knows_samples(source)


def study_of(source: Source, calibrator: str = "") -> "xr.Dataset":
    """The study in the files: reactions, or ratios."""
    from lensim.expression.read import read_expression

    return read_expression(
        source.files,
        sheet=source.sheet,
        references=source.references,
        control=source.control or None,
        calibrator=calibrator or None,
        factors=source.factors,
        cycle_limit=source.cycle_limit,
        decimal=source.decimal,
        format=source.format or None,
    )
