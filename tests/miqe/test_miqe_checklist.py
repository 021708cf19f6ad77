from collections import Counter

from lensim.miqe.checklist import ADDED, ITEMS


def test_the_table_of_2009_is_whole():
    of_2009 = [item for item in ITEMS if item.source == "2009"]
    assert len(of_2009) == 85
    assert Counter(item.section for item in of_2009) == {
        "Experimental design": 4,
        "Sample": 7,
        "Nucleic acid extraction": 13,
        "Reverse transcription": 8,
        "qPCR target information": 10,
        "qPCR oligonucleotides": 6,
        "qPCR protocol": 11,
        "qPCR validation": 12,
        "Data analysis": 14,
    }
    assert Counter(item.importance for item in of_2009) == {"E": 57, "D": 28}


def test_items_of_2_0_have_no_importance_that_was_not_seen():
    assert {(item.source, item.importance) for item in ADDED} == {("2.0", "")}


def test_each_item_has_a_name_of_its_own():
    assert len({item.name for item in ITEMS}) == len(ITEMS)
