"""Documents of Word: the package is whole, elements stand in the schema's order, and what the window shows is in them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.core.chat import Message, MessageStatus, Role
from desktop.core.formulas import typeset
from desktop.core.images import ImageFile
from desktop.core.omml import omml
from desktop.core.text import Direction
from desktop.parsing import typesetting
from desktop.storage.chats import ChatStore
from desktop.storage.exporters.base import ExportFormat, ExportLabels
from desktop.storage.exporters.docx import is_target, parted
from desktop.storage.exporters.exporting import export_chats, export_reply
from desktop.storage.opening import in_memory
from tests.fakes.tiny_gguf import png

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
ORDERS = {  # of what is written, as the sequences of ECMA-376 have it
    f"{W}pPr": "pStyle keepNext pageBreakBefore numPr pBdr shd bidi spacing ind jc outlineLvl",
    f"{W}rPr": "rStyle rFonts b bCs i iCs strike noProof color sz szCs u shd vertAlign rtl lang",
    f"{W}tblPr": "tblStyle bidiVisual tblW tblInd tblBorders tblCellMar tblLook",
    f"{W}trPr": "cantSplit tblHeader",
    f"{W}tbl": "tblPr tblGrid tr",
    f"{W}tc": "tcPr p",
    f"{W}numPr": "ilvl numId",
    f"{W}sectPr": "footerReference pgSz pgMar bidi",
    f"{W}lvl": "start numFmt lvlText lvlJc pPr",
    f"{W}numbering": "abstractNum num",
    f"{W}style": "name basedOn qFormat pPr rPr tblPr",
    f"{M}naryPr": "chr limLoc subHide supHide",
    f"{M}nary": "naryPr sub sup e",
    f"{M}dPr": "begChr endChr",
    f"{M}f": "fPr num den",
    f"{M}rad": "radPr deg e",
    f"{M}sSubSup": "e sub sup",
    f"{M}mPr": "plcHide mcs",
    f"{M}m": "mPr mr",
    f"{M}groupChrPr": "chr pos vertJc",
    f"{M}borderBoxPr": "hideTop hideBot hideLeft hideRight strikeH strikeV strikeBLTR strikeTLBR",
}


class Document:
    """A package that was read, and found whole."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None
            self.names = package.namelist()
            self.parts = {
                name: ET.fromstring(package.read(name)) for name in self.names if name.endswith((".xml", ".rels"))
            }
        assert len(set(self.names)) == len(self.names)
        self.body = self.parts["word/document.xml"][0]
        relations = self.parts["word/_rels/document.xml.rels"]
        self.relations = {found.get("Id", ""): found for found in relations}
        self._check_package()
        for part in self.parts.values():
            check_order(part)

    def _check_package(self) -> None:
        types = self.parts["[Content_Types].xml"]
        named = {found.get("PartName", "")[1:] for found in types.iter(f"{TYPES}Override")}
        endings = {found.get("Extension") for found in types.iter(f"{TYPES}Default")}
        assert named <= set(self.names)
        assert all(name in named or name.rpartition(".")[2] in endings for name in self.names)
        for name, folder in (("_rels/.rels", ""), ("word/_rels/document.xml.rels", "word/")):
            for found in self.parts[name]:
                if found.get("TargetMode") == "External":
                    assert is_target(found.get("Target", ""))
                else:
                    assert folder + found.get("Target", "") in self.names
        used = {value for element in self.body.iter() for key, value in element.attrib.items() if key.startswith(R)}
        assert used <= set(self.relations)
        numbers = {found.get(f"{W}numId") for found in self.parts["word/numbering.xml"].iter(f"{W}num")}
        assert {found.get(f"{W}val") for found in self.body.iter(f"{W}numId")} <= numbers
        styles = {found.get(f"{W}styleId") for found in self.parts["word/styles.xml"].iter(f"{W}style")}
        for tag in ("pStyle", "rStyle", "tblStyle"):
            assert {found.get(f"{W}val") for found in self.body.iter(W + tag)} <= styles

    def paragraphs(self, style: str | None = None) -> list[ET.Element]:
        return [found for found in self.body.iter(f"{W}p") if style is None or style_of(found) == style]

    def paragraph(self, beginning: str) -> ET.Element:
        return next(found for found in self.paragraphs() if text_of(found).lstrip("\u200e").startswith(beginning))


def check_order(part: ET.Element) -> None:
    for element in part.iter():
        if element.tag in ORDERS:
            order = ORDERS[element.tag].split()
            places = [order.index(child.tag.rpartition("}")[2]) for child in element]
            assert places == sorted(places), ET.tostring(element)
        if element.tag in (f"{W}p", f"{W}r"):
            inner = [child.tag for child in element]
            assert not any(tag in (f"{W}pPr", f"{W}rPr") for tag in inner[1:])
        if element.tag in (f"{W}tc", f"{W}body"):
            assert element[-1].tag in (f"{W}p", f"{W}sectPr")


def text_of(element: ET.Element) -> str:
    return "".join(found.text or "" for found in element.iter() if found.tag in (f"{W}t", f"{M}t"))


def style_of(paragraph: ET.Element) -> str:
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if found is None else found.get(f"{W}val", "")


def is_bidi(paragraph: ET.Element) -> bool:
    return paragraph.find(f"{W}pPr/{W}bidi") is not None


def rtl_runs(paragraph: ET.Element) -> list[str]:
    return [text_of(run) for run in paragraph.iter(f"{W}r") if run.find(f"{W}rPr/{W}rtl") is not None]


@pytest.fixture
def history() -> Iterator[ChatStore]:
    store = ChatStore(in_memory())
    yield store
    store.database.close()


def written(store: ChatStore, tmp_path: Path, answer: str, question: str = "سؤال؟", **labels: object) -> Document:
    chat = store.create_chat("عنوان", "كن موجزًا")
    _user, reply = store.begin_turn(chat.id, None, question, "model-7B")
    store.finish(reply.id, answer, MessageStatus.FINISHED, thinking="a thought")
    made = ExportLabels("أنت", "سمر", direction=Direction.RTL, **labels)  # type: ignore[arg-type]
    path = tmp_path / "x.docx"
    assert export_chats(store, path, ExportFormat.DOCX, [chat.id], labels=made) == 1
    return Document(path)


def test_that_a_chat_reads_as_in_the_window(history: ChatStore, tmp_path: Path) -> None:
    document = written(
        history,
        tmp_path,
        "## درس\n\nقال **المعلّم** إن GPT-4 جيد.\n\nEnglish with كلمة inside.\n\n---\n\n> quoted\n\n[page](https://example.org/?a=1&b=2)",
    )
    assert [text_of(found) for found in document.paragraphs("Title")] == ["عنوان"]
    assert [text_of(found) for found in document.paragraphs("Speaker")] == ["أنت", "سمر"], "no model's name"
    assert "كن موجزًا" not in text_of(document.body)
    assert "a thought" not in text_of(document.body)
    heading = document.paragraphs("Heading2")[0]
    assert (text_of(heading), is_bidi(heading)) == ("درس", True)
    arabic, english = document.paragraph("قال"), document.paragraph("English")
    assert (is_bidi(arabic), is_bidi(english)) == (True, False)
    assert "".join(rtl_runs(arabic)) == "قال المعلّم إن  جيد."
    assert rtl_runs(english) == ["كلمة"]
    bold = next(run for run in arabic.iter(f"{W}r") if text_of(run) == "المعلّم")
    assert bold.find(f"{W}rPr/{W}bCs") is not None, "Word asks for bold of complex scripts apart"
    assert [text_of(found) for found in document.paragraphs("Quote")] == ["quoted"]
    link = next(document.body.iter(f"{W}hyperlink"))
    assert document.relations[link.get(f"{R}id", "")].get("Target") == "https://example.org/?a=1&b=2"
    assert document.body[-1].find(f"{W}bidi") is not None
    assert document.parts["docProps/core.xml"][0].text == "عنوان"


def test_that_what_a_model_is_told_and_thinks_is_written_by_choice(history: ChatStore, tmp_path: Path) -> None:
    document = written(history, tmp_path, "yes", with_details=True)
    text = text_of(document.body)
    assert "كن موجزًا" in text
    assert "a thought" in text
    assert "model-7B" in [text_of(found) for found in document.paragraphs("Speaker")]


def test_that_tables_run_from_the_side_of_their_language(history: ChatStore, tmp_path: Path) -> None:
    document = written(
        history,
        tmp_path,
        "| المادة | الدرجة |\n|:--|--:|\n| رياضيات | 95 |\n\n| Name | Value |\n|---|:-:|\n| a `x` | **2** |",
    )
    arabic, english = document.body.iter(f"{W}tbl")
    assert arabic.find(f"{W}tblPr/{W}bidiVisual") is not None
    assert english.find(f"{W}tblPr/{W}bidiVisual") is None
    cells = [[text_of(cell) for cell in row.iter(f"{W}tc")] for row in arabic.iter(f"{W}tr")]
    assert cells == [["المادة", "الدرجة"], ["رياضيات", "95"]], "in the order of the source: Word mirrors them"
    assert arabic.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None
    sides = [cell.find(f"{W}p/{W}pPr/{W}jc") for cell in arabic.iter(f"{W}tc")]
    assert [None if side is None else side.get(f"{W}val") for side in sides] == [None, None, None, "right"]
    sides = [cell.find(f"{W}p/{W}pPr/{W}jc") for cell in english.iter(f"{W}tc")]
    assert [None if side is None else side.get(f"{W}val") for side in sides] == [None, "center", None, "center"]


def test_that_lists_have_real_numbers(history: ChatStore, tmp_path: Path) -> None:
    document = written(history, tmp_path, "3. ثلاثة\n4. أربعة\n   - فرع\n\n     تتمة\n\ntext\n\n1. one\n\n- [x] done")
    numbering = document.parts["word/numbering.xml"]

    def marker(beginning: str) -> tuple[str, str, str]:
        """Kind, level and first number of the list that a paragraph is an item of."""
        found = document.paragraph(beginning).find(f"{W}pPr/{W}numPr")
        assert found is not None
        level, number = (child.get(f"{W}val", "") for child in found)
        num = next(made for made in numbering.iter(f"{W}num") if made.get(f"{W}numId") == number)
        kind = {"0": "bullet", "1": "decimal"}[num[0].get(f"{W}val", "")]
        assert num[1].get(f"{W}ilvl") == level
        return kind, level, num[1][0].get(f"{W}val", "")

    assert marker("ثلاثة") == marker("أربعة") == ("decimal", "0", "3")
    assert marker("فرع") == ("bullet", "1", "1")
    assert document.paragraph("تتمة").find(f"{W}pPr/{W}numPr") is None
    assert document.paragraph("تتمة").find(f"{W}pPr/{W}ind") is not None
    assert marker("one") == ("decimal", "0", "1")
    assert document.paragraph("☑ done").find(f"{W}pPr/{W}numPr") is None


def test_that_code_stands_left_to_right_in_its_own_style(history: ChatStore, tmp_path: Path) -> None:
    code = 'def f(x):\n\treturn "مرحبا <b>" + str(6)  # تعليق'
    document = written(
        history, tmp_path, f"استعمل `--help` الآن\n\n```python\n{code}\n```", question=f"```\n{code}\n```"
    )
    panels = document.paragraphs("Code")
    assert len(panels) == 4
    assert not any(map(is_bidi, panels))
    assert panels[3].find(f".//{W}tab") is not None
    assert text_of(panels[3]) == 'return "مرحبا <b>" + str(6)  # تعليق'
    assert rtl_runs(panels[3]) == ["مرحبا <b>", "تعليق"] or "مرحبا" in rtl_runs(panels[3])[0]
    colours = {text_of(run): run.find(f"{W}rPr/{W}color") for run in panels[2].iter(f"{W}r")}
    assert colours["def"] is not None
    assert colours["def"].get(f"{W}val") == "4A4FBF"
    inline = document.paragraph("استعمل")
    assert [text_of(found) for found in inline.iter(f"{W}dir")] == ["--help"]


def test_that_a_reply_that_is_json_is_code(history: ChatStore, tmp_path: Path) -> None:
    document = written(history, tmp_path, '{\n  "اسم": "*سمر*",\n  "n": 1\n}\n')
    panels = document.paragraphs("Code")
    assert [text_of(panel) for panel in panels] == ["{", '  "اسم": "*سمر*",', '  "n": 1', "}"]
    assert not any(map(is_bidi, panels))


def test_that_formulas_are_equations(history: ChatStore, tmp_path: Path) -> None:
    document = written(history, tmp_path, "قيمة $x^2$ ثم\n\n$$\\frac{a}{b}$$\n\nو $أ+ب$")
    assert [text_of(found) for found in document.body.iter(f"{M}sSup")] == ["x2"]
    display = next(document.body.iter(f"{M}oMathPara"))
    assert text_of(next(display.iter(f"{M}num"))) == "a"
    assert "أ+ب" in text_of(document.body), "what can't be typeset stays as it was written"


def test_that_formulas_that_take_too_long_cost_only_themselves(
    history: ChatStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetting, "LIMIT_S", 0.05)
    late = "$" + "{" * 24 + "x" + "}" * 24 + "$"
    document = written(history, tmp_path, f"before {late} behind")
    assert "behind" in text_of(document.body)


def test_that_images_stand_in_it(history: ChatStore, tmp_path: Path) -> None:
    chat = history.create_chat("Images")
    image = ImageFile.checked(png((20, 20, 220), 900, 700), 'b"<.png')
    history.begin_turn(chat.id, None, "What is it?", None, [image])
    export_chats(history, tmp_path / "x.docx", ExportFormat.DOCX, [chat.id])
    document = Document(tmp_path / "x.docx")
    assert "word/media/image1.png" in document.names
    described = [found.get("descr") for found in document.body.iter() if found.tag.endswith("}docPr")]
    assert described == ['b"<.png']


def test_that_one_reply_is_written_alone(history: ChatStore, tmp_path: Path) -> None:
    message = Message(7, 1, None, Role.ASSISTANT, "The **answer**.", model="model-7B", thinking="a thought")
    assert export_reply(history, tmp_path / "x.docx", ExportFormat.DOCX, message, "Title") == 1
    document = Document(tmp_path / "x.docx")
    assert text_of(document.body) == "The answer."
    export_reply(history, tmp_path / "x.html", ExportFormat.HTML, message, "Title")
    page = (tmp_path / "x.html").read_text()
    assert "<title>Title</title>" in page
    assert "model-7B" not in page
    assert "thought" not in page
    export_reply(history, tmp_path / "x.md", ExportFormat.MARKDOWN, message, "Title")
    assert (tmp_path / "x.md").read_text() == "The **answer**.\n"
    assert export_reply(history, tmp_path / "y.docx", ExportFormat.DOCX, message, "Title", cancelled=lambda: True) == 0
    assert not (tmp_path / "y.docx").exists()


def test_that_a_document_that_is_given_up_leaves_nothing(history: ChatStore, tmp_path: Path) -> None:
    chats = []
    for _ in range(2):
        chats.append(history.create_chat("t").id)
        history.begin_turn(chats[-1], None, "q", None)
    asked = iter([False, True])
    done = export_chats(history, tmp_path / "x.docx", ExportFormat.DOCX, chats, cancelled=lambda: next(asked, True))
    assert done == 0
    assert list(tmp_path.iterdir()) == []


MARKS = st.sampled_from(
    [
        "# ",
        "- ",
        "1. ",
        "> ",
        "```\n",
        "|a|b|\n|-|-|\n|c|",
        "**",
        "*",
        "`",
        "[x](http://a/%zz)",
        "[^1]",
        "\n",
        "\n\n",
        "    ",
        "سلام ",
        "word ",
        "5 ",
        "C++",
        "<b>",
        "&",
        "\x00",
        "\u202e",
        "\ufffe",
        "\t",
        "- [ ] ",
        "<br>",
        "![i](https://x/y)",
        "[^1]: note\n",
        "---\n",
        "[a](https://[::1]:80/)",
        "\u2066",
    ]
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts=st.lists(MARKS, max_size=14), role=st.sampled_from([Role.USER, Role.ASSISTANT]))
def test_that_any_text_gives_a_whole_document(tmp_path: Path, parts: list[str], role: Role) -> None:
    store = ChatStore(in_memory())
    message = Message(1, 1, None, role, "".join(parts))
    export_reply(store, tmp_path / "x.docx", ExportFormat.DOCX, message, "".join(parts[:3]))
    Document(tmp_path / "x.docx")
    store.database.close()


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="ab5 .-(سل٣\u064e", max_size=20), side=st.sampled_from(Direction))
def test_that_runs_hold_the_whole_text(text: str, side: Direction) -> None:
    found = list(parted(text, side))
    assert "".join(part for part, _ in found) == text
    assert all(part for part, _ in found)
    assert all(one[1] != other[1] for one, other in pairwise(found))


@pytest.mark.parametrize(
    ("text", "side", "runs"),
    [
        ("الدرس 5 مهم", Direction.RTL, [("الدرس 5 مهم", True)]),
        ("نموذج GPT-4 جيد", Direction.RTL, [("نموذج ", True), ("GPT-4", False), (" جيد", True)]),
        ("قال Ali Baba.", Direction.RTL, [("قال ", True), ("Ali Baba", False), (".", True)]),
        ("see (سمر) now", Direction.LTR, [("see (", False), ("سمر", True), (") now", False)]),
        ("plain (text) 5", Direction.LTR, [("plain (text) 5", False)]),
    ],
)
def test_that_runs_are_parted_where_the_direction_changes(
    text: str, side: Direction, runs: list[tuple[str, bool]]
) -> None:
    assert list(parted(text, side)) == runs


@pytest.mark.parametrize(
    ("source", "elements"),
    [
        (r"\frac{a}{b}", "f num den"),
        (r"\binom{n}{k}", "d f type"),
        (r"\sqrt{x}", "rad degHide"),
        (r"\sqrt[3]{x}", "rad deg"),
        (r"x_1^2", "sSubSup sub sup"),
        (r"\sum_{i=1}^n i", "nary sub sup"),
        (r"\int f\,dx = 1", "nary subHide supHide"),
        (r"\left(\begin{matrix}1&2\\3&4\end{matrix}\right)", "d m mr"),
        (r"\begin{cases}1\\2\end{cases}", "d m"),
        (r"\begin{aligned}a&=b\\c&=d\end{aligned}", "m mcJc"),
        (r"\hat{x} + \vec v + \overline{x}", "acc bar"),
        (r"\underbrace{a}_{n}", "groupChr limLow"),
        (r"\lim_{x\to 0} x", "limLow"),
        (r"\boxed{x}", "borderBox"),
        (r"\cancel{x}", "borderBox strikeBLTR"),
        (r"\text{if } x < 1 \mathbf{v}", "nor t"),
    ],
)
def test_that_latex_becomes_an_equation(source: str, elements: str) -> None:
    made = typeset(source, True)
    assert made is not None
    equation = omml(made.mathml)
    assert equation is not None
    found = ET.fromstring(f'<x xmlns:m="{M[1:-1]}" xmlns:w="{W[1:-1]}">{equation}</x>')
    check_order(found)
    names = {element.tag.rpartition("}")[2] for element in found.iter()}
    assert set(elements.split()) <= names
    for tag in ("nary", "d", "f", "rad", "sSubSup"):
        for element in found.iter(M + tag):
            if tag == "nary":
                assert text_of(element[-1]), "an operator without a term has an empty box behind it"


@pytest.mark.parametrize(
    "mathml", ["", "<math", "<!DOCTYPE x [<!ENTITY a 'b'>]><math>&a;</math>", "<math><mfrac/></math>"]
)
def test_that_what_is_no_formula_gives_none(mathml: str) -> None:
    assert omml(mathml) is None


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("https://example.org/a%20b?x=1#y", True),
        ("mailto:a@b.org", True),
        ("http://[::1]:80/", True),
        ("http://[x", False),
        ("http://a/%zz", False),
        ("http://a/b c", False),
        ("http://a/#b#c", False),
        ("https://example.org/" + "a" * 2100, False),
    ],
)
def test_that_only_addresses_that_word_takes_are_links(address: str, taken: bool) -> None:
    assert is_target(address) is taken
