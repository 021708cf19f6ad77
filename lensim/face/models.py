"""`lensim.models()`: a table of the models that `lensim.fit` can use."""

import pandas as pd

from lensim.arguments import checked
from lensim.inference.catalogue import catalogue


@checked
def models() -> pd.DataFrame:
    """The models that `lensim.fit` can use, and the question that each answers.

    Returns
    -------
    pandas.DataFrame
        A row a model, by name: model, needs (the variable of a Dataset that it models), answers.

    Examples
    --------
    >>> lensim.models()
    """
    found = sorted(catalogue().items())
    return pd.DataFrame([{"model": name, "needs": entry.signal, "answers": entry.question} for name, entry in found])
