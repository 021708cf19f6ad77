"""An FCS file of any kind, right or wrong, as bytes."""

import numpy as np

ORDERS = {"<": "1,2,3,4", ">": "4,3,2,1"}


def fcs(
    columns, *, kind="F", bits=None, order="<", version="3.1", delimiter="/", header=None, tail=b"", **said: str
) -> bytes:
    """The file of some columns; `said` replaces or adds keywords, written without their $; None leaves one out."""
    number = len(columns)
    bits = bits or [{"F": 32, "D": 64, "I": 16}[kind]] * number
    letter = "u" if kind == "I" else "f"
    event = np.dtype([(f"c{n}", f"{order}{letter}{bits[n] // 8}") for n in range(number)])
    stored = np.zeros(len(columns[0]), dtype=event)
    for n, column in enumerate(columns):
        stored[f"c{n}"] = column
    data = stored.tobytes()
    words = {
        "BYTEORD": ORDERS[order], "DATATYPE": kind, "MODE": "L", "NEXTDATA": "0", "PAR": str(number),
        "TOT": str(len(columns[0])),
    }  # fmt: skip
    for n in range(number):
        words |= {f"P{n + 1}B": str(bits[n]), f"P{n + 1}E": "0,0", f"P{n + 1}R": "65536", f"P{n + 1}N": f"FL{n + 1}-H"}
    words |= {key: value for key, value in said.items() if key not in ("BEGINDATA", "ENDDATA")}
    places = {"BEGINDATA": f"{0:>12}", "ENDDATA": f"{0:>12}"}

    def text():
        pairs = {**places, **words}
        return delimiter + "".join(
            f"${key}{delimiter}{value}{delimiter}" for key, value in pairs.items() if value is not None
        )

    start = 58 + len(text().encode())
    places = {"BEGINDATA": f"{start:>12}", "ENDDATA": f"{start + len(data) - 1:>12}"}
    places |= {key: value for key, value in said.items() if key in places}
    offsets = header or (58, start - 1, start, start + len(data) - 1, 0, 0)
    head = f"FCS{version}    " + "".join(f"{offset:>8}" for offset in offsets)
    return head.encode() + text().encode() + data + tail
