"""Exports as machines write them, of simulated plates whose every well is known."""

import io
import random
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

Outcome = Literal["detected", "not_detected", "at_limit", "no_result"]


@dataclass(frozen=True)
class Well:
    """What a well truly held, and what came of it."""

    name: str
    sample: str
    gene: str
    task: str
    outcome: Outcome
    ct: float
    quantity: float | None


@dataclass(frozen=True)
class Style:
    """How a file writes numbers, cells and lines."""

    separator: str
    decimal: str
    encoding: str
    places: int
    line_end: str


@dataclass(frozen=True)
class Dialect:
    """A program: how it writes a plate, whether it names genes, and which outcomes it can tell."""

    write: Callable[[Sequence[Well], float, Style, random.Random], bytes]
    has_genes: bool
    outcomes: tuple[Outcome, ...]
    tasks: tuple[str, ...]
    separators: str = ",;\t"


def number(value: float, style: Style) -> str:
    return f"{value:.{style.places}f}".replace(".", style.decimal)


def ct_text(well: Well, limit: float, style: Style, nothing: str, no_result: str = "") -> str:
    if well.outcome == "at_limit":
        return number(limit, style)
    if well.outcome == "detected":
        return number(well.ct, style)
    return nothing if well.outcome == "not_detected" else no_result


def encoded(lines: Sequence[Sequence[str]], style: Style) -> bytes:
    def cell(text: str) -> str:
        return f'"{text}"' if style.separator in text or '"' in text else text

    text = style.line_end.join(style.separator.join(map(cell, line)) for line in lines) + style.line_end
    return text.encode(style.encoding)


def table(columns: dict[str, list[str]], rng: random.Random, *, shuffled: bool = True) -> list[list[str]]:
    """Header and rows, the columns in any order, with columns that no one asked for."""
    rows = len(next(iter(columns.values())))
    extra = rng.sample(["Operator", "Ct Mean", "Comments", "Threshold", "Cq Std. Dev", "Set Point"], rng.randrange(3))
    columns = columns | {name: [f"{rng.random():.2f}"[0] for _ in range(rows)] for name in extra if name not in columns}
    names = list(columns)
    if shuffled:
        rng.shuffle(names)
    return [names, *(list(row) for row in zip(*(columns[name] for name in names), strict=True))]


CFX_WORDS: Final = {
    "unknown": ("Unkn-{:02}", "Unkn", "Unkn-{}"), "standard": ("Std-{:02}", "Std-{}", "Std"),
    "no_template": ("NTC", "NTC-{:02}", "Neg Ctrl", "Neg Ctrl-{}"), "no_rt": ("NRT", "NRT-{}"),
    "ignored": ("Pos Ctrl", "Pos Ctrl-{}"),
}  # fmt: skip


def cfx(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    nothing = rng.choice(("NaN", "N/A"))
    pads = rng.random() < 0.5
    columns = {
        "Well": [f"{well.name[0]}{int(well.name[1:]):02}" if pads else well.name for well in wells],
        "Fluor": ["SYBR"] * len(wells),
        "Target": [well.gene for well in wells],
        rng.choice(("Content", "Content", "Type", "Task")): [
            rng.choice(CFX_WORDS[well.task]).format(at % 12 + 1) for at, well in enumerate(wells)
        ],
        "Sample": [well.sample for well in wells],
        "Cq": [ct_text(well, limit, style, nothing) for well in wells],
        rng.choice(("Starting Quantity (SQ)", "SQ")): [
            number(well.quantity, style) if well.quantity else nothing for well in wells
        ],
    }
    lines = [["", *row] for row in table(columns, rng)]
    head = [["File Name", "run.pcrd"], ["Created By User", "admin"], []] if rng.random() < 0.4 else []
    return encoded([*head, *lines], style)


AB_WORDS: Final = {
    "unknown": ("UNKNOWN", "Unknown", "Target", "ENDOGENOUS CONTROL", "Endogenous Control"),
    "standard": ("STANDARD", "Standard"), "no_template": ("NTC",), "no_rt": ("NRT", "No RT"),
    "ignored": ("IPC", "BlockedIPC", "NAC", "Not in use"),
}  # fmt: skip


def sds(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    kind = rng.choice(("RQ", "AQ", "manager"))
    columns = {
        "Pos" if kind == "manager" else "Well": [well.name for well in wells],
        rng.choice(("Sample", "Sample Name")): [well.sample for well in wells],
        rng.choice(("Detector", "Detector Name")): [well.gene for well in wells],
        "Task": [rng.choice(AB_WORDS[well.task]) for well in wells],
        "Ct": [ct_text(well, limit, style, rng.choice(("Undetermined", "undetermined"))) for well in wells],
        "Quantity": [number(well.quantity, style) if well.quantity else "" for well in wells],
    }
    head = [[f"SDS 2.3 {'RQ' if kind != 'AQ' else 'AQ'} Results", "1.2"], ["Operator"], []]
    foot = [["Slope", "", "cycles/log decade"], ["Y-Intercept", "", ""], ["R^2", "", ""]] if kind == "AQ" else []
    first = "# " if kind == "manager" else None
    lines = table(columns, rng, shuffled=kind != "AQ")
    if first:
        lines = [[first, *lines[0]], *([str(at), *row] for at, row in enumerate(lines[1:], 1))]
    return encoded([*head[: rng.choice((0, 3))], *lines, *foot], style)


def quantstudio(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    is_new = rng.random() < 0.3
    columns = {
        "Well": [str(at) for at, _ in enumerate(wells, 1)],
        "Well Position": [well.name for well in wells],
        "Omit": [rng.choice(("false", "FALSE", "False")) for _ in wells],
        "Sample" if is_new else "Sample Name": [well.sample for well in wells],
        "Target" if is_new else "Target Name": [well.gene for well in wells],
        "Task": [rng.choice(AB_WORDS[well.task]) for well in wells],
        "Reporter": ["FAM"] * len(wells),
        "Cq" if is_new else rng.choice(("CT", "C\u0442", "Ct")): [
            ct_text(well, limit, style, rng.choice(("Undetermined", "Unbestimmt"))) for well in wells
        ],
        "Quantity": [number(well.quantity, style) if well.quantity else "" for well in wells],
    }
    if style.separator == "\t":
        head = [["* Block Type = 96-Well Block (0.2mL)"], ["* Chemistry = TAQMAN"], [], ["[Results]"]]
        foot = [[], ["Analysis Type = Singleplex"], ["[Amplification Data]"], ["Well", "Cycle", "Target Name", "Rn"]]
    else:
        head = [["Block Type", "96-Well Block"], ["Stage", "Stage2, Step2"], []]
        foot = [[], ["Analysis Type", "Singleplex"], ["Endogenous Control", "ACTB"]]
    return encoded([*head, *table(columns, rng), *foot], style)


def lightcycler(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    kind = rng.choice(("480", "results", "96"))
    words = {"unknown": "Unknown", "standard": "Standard", "no_template": "Negative control"}
    cts = [ct_text(well, limit, style, "-" if kind == "96" else "") for well in wells]
    quantities = [number(well.quantity, style) if well.quantity else "0" for well in wells]
    tasks = [words.get(well.task, "Positive control") for well in wells]
    if kind == "480":
        columns = {"Include": ["True"] * len(wells), "Color": ["255"] * len(wells)}
        columns |= {"Pos": [well.name for well in wells], "Name": [well.sample for well in wells]}
        columns |= {"Cp": cts, "Concentration": [""] * len(wells), "Standard": quantities, "Type": tasks}
        head = [["Experiment: x  Selected Filter: SYBR Green I"]]
    elif kind == "results":
        columns = {"Experiment Name": ["run 1"] * len(wells), "Included": ["1"] * len(wells)}
        columns |= {"Position": [well.name for well in wells], "SampleName": [well.sample for well in wells]}
        columns |= {"CrossingPoint": cts, "Standard": quantities, "Type": tasks, "StatusCodes": [" "] * len(wells)}
        head = []
    else:
        columns = {"Position": [well.name for well in wells], "Sample Name": [well.sample for well in wells]}
        columns |= {"Gene Name": [well.gene for well in wells], "Cq": cts, "Excluded": [""] * len(wells)}
        columns |= {"Sample Type": tasks, "Standard": quantities, "Call": ["Positive"] * len(wells)}
        head = []
    return encoded([*head, *table(columns, rng)], style)


def mxpro(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    words = {"unknown": ("Unknown",), "standard": ("Standard",), "no_template": ("NTC",), "no_rt": ("No RT",)}
    columns = {
        "Well": [well.name for well in wells],
        "Well Name": [well.sample for well in wells],
        "Well Type": [rng.choice(words.get(well.task, ("Not in Use", "Buffer", "NAC"))) for well in wells],
        rng.choice(("Ct (dRn)", "Ct (dR)", "Cq (dR)")): [
            ct_text(well, limit, style, rng.choice(("No Ct", "No Cq"))) for well in wells
        ],
        "Quantity (copies)": [number(well.quantity, style) if well.quantity else "" for well in wells],
    }
    return encoded([[*row, ""] for row in table(columns, rng)], style)


def rotorgene(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    words = {"unknown": "Unknown", "standard": "Standard", "no_template": "NTC", "no_rt": "NRT"}
    columns = {
        "No.": [str(at) for at, _ in enumerate(wells, 1)],
        "Colour": ["255"] * len(wells),
        "Name": [well.sample for well in wells],
        "Type": [words.get(well.task, "Positive Control") for well in wells],
        "Ct": [ct_text(well, limit, style, "") for well in wells],
        "Given Conc (copies/ul)": [number(well.quantity, style) if well.quantity else "" for well in wells],
    }
    head = [["Quantitation Information"], ["Threshold", "0.02"], []]
    return encoded([*head, *table(columns, rng)], style)


def rdml(wells: Sequence[Well], limit: float, style: Style, rng: random.Random) -> bytes:
    """All runs have a cq of some well; the type and the quantity belong to a sample, so each has its own."""
    types = {"unknown": "unkn", "standard": "std", "no_template": "ntc", "no_rt": "nrt", "ignored": "pos"}
    nothing = rng.choice(("-1.0", "-1", "0", "0.0", "100", "NaN"))
    samples = {well.sample: well for well in wells}
    text = [
        f'<rdml version="{rng.choice(("1.1", "1.2", "1.3"))}" xmlns:rdml="http://www.rdml.org" '
        'xmlns="http://www.rdml.org"><dye id="SYBR"/>'
    ]
    for name, well in samples.items():
        quantity = f"<quantity><value>{well.quantity}</value><unit>cop</unit></quantity>" if well.quantity else ""
        text.append(f'<sample id="{name}"><type>{types[well.task]}</type>{quantity}</sample>')
    text += [f'<target id="{gene}"><type>toi</type><dyeId id="SYBR"/></target>' for gene in {w.gene for w in wells}]
    text.append(
        '<experiment id="e"><run id="r"><pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel>'
        "<columnLabel>123</columnLabel></pcrFormat>"
    )
    for well in wells:
        react = 12 * (ord(well.name[0]) - ord("A")) + int(well.name[1:])
        cq = ct_text(well, limit, Style("", ".", "", style.places, ""), nothing)
        cq, excluded = (f"<cq>{cq}</cq>" if cq else ""), ""
        if well.task == "ignored" and rng.random() < 0.5:
            excluded = "<excl>the operator</excl>"
        curve = f"<adp><cyc>1</cyc><fluor>1</fluor></adp><adp><cyc>{limit:g}</cyc><fluor>2</fluor></adp>"
        text.append(
            f'<react id="{react}"><sample id="{well.sample}"/><data><tar id="{well.gene}"/>{cq}{excluded}{curve}'
            "</data></react>"
        )
    text.append("</run></experiment></rdml>")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if rng.random() < 0.3:
            archive.writestr("thumbnail.xml", "<picture/>")
        archive.writestr(rng.choice(("rdml_data.xml", "BioRad_qPCR_melt.xml", "x/CFX96 run.xml")), "".join(text))
    return out.getvalue() if rng.random() < 0.7 else "".join(text).encode()


ALL: Final = ("detected", "not_detected", "at_limit", "no_result")
TASKS: Final = ("unknown", "standard", "no_template", "no_rt", "ignored")
NO_EMPTY: Final = ("detected", "not_detected", "at_limit")
DIALECTS: Final = {
    "cfx": Dialect(cfx, True, ALL, TASKS),
    "sds": Dialect(sds, True, ALL, TASKS, "\t"),
    "quantstudio": Dialect(quantstudio, True, ALL, TASKS),
    "lightcycler": Dialect(lightcycler, False, NO_EMPTY, ("unknown", "standard", "no_template", "ignored"), "\t"),
    "mxpro": Dialect(mxpro, False, ALL, TASKS, "\t"),
    "rotorgene": Dialect(rotorgene, False, NO_EMPTY, TASKS, ",;"),
    "rdml": Dialect(rdml, True, ALL, TASKS),
}


def random_plate(dialect: Dialect, limit: float, places: int, rng: random.Random) -> list[Well]:
    """A plate of some wells; at least one is a sample that was detected."""
    names = [f"{row}{column}" for row in "ABCDEFGH" for column in range(1, 13)]
    wells = []
    for at, name in enumerate(names[: rng.randrange(6, 60)]):
        task = rng.choice(("unknown", "unknown", *dialect.tasks)) if at else "unknown"
        outcome = rng.choice(("detected", "detected", *dialect.outcomes)) if at else "detected"
        ct = round(rng.uniform(12, limit - 0.6), places) + (0.1**places if places < 4 else 0)
        quantity = 10.0 ** rng.randrange(1, 7) if task == "standard" else None
        sample = {"unknown": f"P{at % 5 + 1} {'before' if at % 2 else 'after'}"}.get(task, f"{task} {at}")
        wells.append(Well(name, sample, rng.choice(("TNF", "B2M", "18S")), task, outcome, round(ct, places), quantity))
    return wells


def random_style(dialect: Dialect, rng: random.Random) -> Style:
    separator = rng.choice(dialect.separators)
    decimal = "." if separator == "," else rng.choice(".,")
    encodings = ("utf-8", "utf-8-sig", "utf-16")
    return Style(separator, decimal, rng.choice(encodings), rng.choice((2, 3, 9)), rng.choice(("\n", "\r\n")))
