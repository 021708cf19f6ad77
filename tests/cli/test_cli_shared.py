from lensim.cli.shared import paths_in
from lensim.tables.source import source_of


def test_paths_among_options_are_also_those_of_open_files(tmp_path):
    path = tmp_path / "cts.csv"
    path.write_text("gene,ct\n", encoding="utf-8")
    assert paths_in({"files": [source_of(path)], "sheet": tmp_path, "by": "gene"}) == [path, tmp_path]
