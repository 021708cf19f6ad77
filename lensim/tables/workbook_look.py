"""A look through a workbook (.xls, .xlsb, .ods) in a process of its own: whatever the library does there harms nobody.

Where such a file is damaged, the library may ask for all the memory of the machine and break off the process. Run as a
script: bytes of the file on its input; the bytes of memory and the seconds of processor time that it has, as arguments.
It says the first fault in a sentence, or nothing. It takes nothing from lensim, so that it starts fast.
"""

import io
import os
import sys
from typing import Final

SAID_AT_MOST: Final = 200
PASSWORD: Final = "PasswordError"


def fault_in(content: bytes) -> str:
    """What the library says of a workbook that it cannot read; empty where it can read every sheet."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for one in book.sheets_metadata:
            if one.typ == python_calamine.SheetTypeEnum.WorkSheet:
                sheet = book.get_sheet_by_name(one.name)
                sheet.to_python(skip_empty_area=False)
                _ = sheet.merged_cell_ranges
    except (KeyboardInterrupt, SystemExit):
        raise
    except python_calamine.PasswordError:
        return PASSWORD
    except BaseException as error:  # a panic of the library is none of Exception
        said = " ".join(str(error).split())[:SAID_AT_MOST]
        return said or type(error).__name__
    return ""


def main() -> None:
    """Look through what comes in."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]),) * 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[2]), int(sys.argv[2]) + 1))
    except (ImportError, ValueError, OSError):  # no such bounds on this system
        pass
    sys.stdout.buffer.write(fault_in(sys.stdin.buffer.read()).encode("utf-8", "replace"))
    sys.stdout.flush()
    os._exit(0)  # at once: what the library holds need not be given back


if __name__ == "__main__":
    main()
