"""An RDML document with a reaction of each kind, as text and packed."""

import io
import zipfile


def rdml(version="1.2", cq="25.5", **changes):
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdml xmlns="http://www.rdml.org" version="{version}">'
        "<!-- a comment -->"
        '<sample id="s1"><type>unkn</type></sample>'
        '<sample id="st"><type>std</type><quantity><value>100</value><unit>cop</unit></quantity></sample>'
        '<sample id="n"><type>ntc</type></sample><sample id="p"><type>pos</type></sample>'
        '<target id="TNF"><type>toi</type></target>'
        '<experiment id="e"><run id="plate 9"><pcrFormat><rows>8</rows><columns>12</columns>'
        "<rowLabel>ABC</rowLabel><columnLabel>123</columnLabel></pcrFormat>"
        + "".join(
            f'<react id="{react}"><sample id="{sample}"/><data><tar id="TNF"/>{value}{excluded}'
            "<adp><cyc>1</cyc><fluor>1.0</fluor></adp><adp><cyc>45</cyc><fluor>2.0</fluor></adp></data></react>"
            for react, sample, value, excluded in [
                (1, "s1", "<cq>{cq}</cq>", ""),
                (2, "s1", "<cq>-1.0</cq>", ""),
                (3, "s1", "", ""),
                (13, "s1", "<cq>45</cq>", ""),
                (14, "s1", "<cq>20</cq>", "<excl>bad well</excl>"),
                (25, "st", "<cq>20</cq>", ""),
                (26, "n", "<cq>44.1</cq>", ""),
                (27, "p", "<cq>22</cq>", ""),
            ]
        )
        + "</run></experiment></rdml>"
    ).format(version=version, cq=cq)
    for old, new in changes.items():
        text = text.replace(old, new)
    return text


def packed(text, name="rdml_data.xml"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()
