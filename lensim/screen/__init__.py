"""Screens: many compounds, or other studies, of one table, in one store; `lensim.screen("screen.csv", "screen/")`.

    screen = lensim.screen("screen.csv", "screen/", workers=2)
    screen.table, screen.failed, screen.fit("CPD-0001")

All arguments: `help(lensim.face.screen.screen)`, or lensim.screen.__signature__.
"""

from lensim.callable_package import make_callable

make_callable(__name__, "lensim.face.screen", "screen")
