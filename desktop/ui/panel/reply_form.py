"""A form that replies must have: JSON of a schema, or a grammar. Checked as one types, with a sentence for what is wrong."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.core.errors import SamarError
from desktop.ui import theme
from desktop.ui.error_presenter import present
from desktop.ui.widgets.basic import Label, Segments
from desktop.ui.widgets.directed_text import DirectedText
from desktop.ui.widgets.plain_text import set_tool_tip

FREE, JSON, GRAMMAR = "free", "json", "grammar"
SETTLED_MS = 400
"""Without a key for so long, what was typed is checked."""
SCHEMAS = {
    "list": """{
  "type": "array",
  "items": {"type": "string"},
  "minItems": 3,
  "maxItems": 7
}""",
    "person": """{
  "type": "object",
  "properties": {
    "name": {"type": "string"},
    "age": {"type": "integer"},
    "city": {"type": "string"}
  },
  "required": ["name", "age", "city"]
}""",
    "verdict": """{
  "type": "object",
  "properties": {
    "verdict": {"enum": ["yes", "no", "unclear"]},
    "reason": {"type": "string"}
  },
  "required": ["verdict", "reason"]
}""",
}
GRAMMARS = {
    "yes": 'root ::= "yes" | "no"',
    "date": 'root ::= year "-" month "-" day\nyear ::= [12] [0-9]{3}\nmonth ::= "0" [1-9] | "1" [0-2]\n'
    'day ::= "0" [1-9] | [12] [0-9] | "3" [01]',
    "numbered": 'root ::= ("- " [^\\n]+ "\\n"){3,7}',
}


class CodeField(DirectedText):
    """Text that always runs from the left, in the code's face."""

    def direction_for(self, _block: object, _before: object = None) -> Qt.LayoutDirection:
        return Qt.LayoutDirection.LeftToRight

    def restyle(self) -> None:
        face = theme.mono_font()
        self.setStyleSheet(f"#field {{ font-family: '{face.family()}'; font-size: {face.pixelSize()}px; }}")


class ReplyForm(QWidget):
    """Emits the form as it is typed; what does not parse is told, and no form holds until it does."""

    form_changed = Signal(object, str)
    """JSON schema or None, grammar or "" """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.showing = False
        self.problem = ""
        self.told: tuple[str | None, str] | None = None
        """The form that was set or emitted last."""
        self.label = Label("label", self)
        self.kind = Segments([FREE, JSON, GRAMMAR], self)
        self.text = CodeField(self, least=4, most=12)
        self.text.setObjectName("field")
        self.note = Label("hint", self, wrap=True)
        self.examples = QPushButton(self)
        self.examples.setProperty("rank", "link")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.label)
        column.addSpacing(8)
        column.addWidget(self.kind)
        column.addSpacing(8)
        column.addWidget(self.text)
        column.addSpacing(4)
        column.addWidget(self.note)
        row = QHBoxLayout()
        row.addWidget(self.examples)
        row.addStretch(1)
        column.addLayout(row)
        self.settled = QTimer(self)
        self.settled.setSingleShot(True)
        self.settled.setInterval(SETTLED_MS)
        self.settled.timeout.connect(self.tell)
        self.kind.chosen.connect(self._turned)
        self.text.textChanged.connect(self._edited)
        self.text.installEventFilter(self)
        self.examples.clicked.connect(
            lambda: self.menu().popup(self.examples.mapToGlobal(self.examples.rect().bottomLeft()))
        )
        theme.state().changed.connect(self.text.restyle)
        self.text.restyle()
        self._retranslate()
        self.set_form(None, "")

    # --- values ---

    def set_form(self, schema: str | None, grammar: str) -> None:
        """What holds. While that is what was told last, what is being typed stays, though it may not parse yet."""
        if (schema, grammar) == self.told:
            return
        self.told = schema, grammar
        self.settled.stop()
        kind = GRAMMAR if grammar else JSON if schema is not None else FREE
        self.showing = True
        self.kind.set_value(kind)
        self.text.setPlainText(grammar or schema or "")
        self.showing = False
        self._check()

    def forget(self) -> None:
        """Another chat is shown: nothing that was typed stays."""
        self.told = None

    def tell(self) -> None:
        """Check what was typed and emit it if it is whole."""
        self.settled.stop()
        kind, text = self.kind.value(), self.text.toPlainText()
        self._check()
        if not self.problem:
            whole = text if text.strip() else ""
            self.told = whole or None if kind == JSON else None, whole if kind == GRAMMAR else ""
        else:
            self.told = None, ""
        self.form_changed.emit(*self.told)

    # --- inside ---

    def _turned(self, kind: object) -> None:
        self.settled.stop()
        self.showing = True
        self.text.setPlainText("")
        self.showing = False
        self.tell()
        if kind != FREE:
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    def _edited(self) -> None:
        if not self.showing:
            self.settled.start()

    def _check(self) -> None:
        kind, text = self.kind.value(), self.text.toPlainText()
        self.problem = problem_with(str(kind), text)
        bound = kind != FREE
        for widget in (self.text, self.note, self.examples):
            widget.setVisible(bound)
        if self.problem:
            free = self.tr("Until this is corrected, replies are free.")
            said = f"{self.problem} {free}"
        elif not text.strip():
            said = self.tr("Write it here, or start from an example.")
        else:
            said = self.tr("Every reply in this chat will have this form.")
        self.note.setText(said)
        self.note.setProperty("rank", "problem" if self.problem else "hint")
        self.note.style().unpolish(self.note)
        self.note.style().polish(self.note)
        self.text.setAccessibleDescription(said)

    def menu(self) -> QMenu:
        """Examples to start from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        json = self.kind.value() == JSON
        names = {
            "list": self.tr("A list of texts"),
            "person": self.tr("An object with fields"),
            "verdict": self.tr("One of three answers, with a reason"),
            "yes": self.tr("“yes” or “no”"),
            "date": self.tr("A date"),
            "numbered": self.tr("A list of three to seven points"),
        }
        for key, text in (SCHEMAS if json else GRAMMARS).items():
            menu.addAction(names[key]).triggered.connect(lambda _=False, text=text: self._take(text))
        return menu

    def _take(self, text: str) -> None:
        self.text.setPlainText(text)
        self.tell()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.text and event.type() == QEvent.Type.FocusOut and self.settled.isActive():
            self.tell()
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.label.setText(self.tr("Form of the replies"))
        self.kind.setAccessibleName(self.tr("Form of the replies"))
        self.kind.set_texts([self.tr("Free"), "JSON", self.tr("Grammar")])
        set_tool_tip(self.kind.group.buttons()[-1], self.tr("Grammar in GBNF"))
        self.text.setAccessibleName(self.tr("JSON schema or grammar"))
        self.examples.setText(self.tr("Examples…"))
        self._check()


def problem_with(kind: str, text: str) -> str:
    """A sentence for what can't be used, in the interface's language; "" for a form that can."""
    if kind == FREE or not text.strip():
        return ""
    from desktop.core.grammar import GrammarError, check
    from desktop.core.json_schema import to_grammar

    try:
        if kind == JSON:
            to_grammar(text)
        else:
            check(text)
    except GrammarError as problem:
        return present(SamarError("grammar_broken", reason=problem)).what
    except SamarError as problem:
        return present(problem).what
    return ""
