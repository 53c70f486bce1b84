"""What each sampling parameter is called, and what it does, in a sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def explanations() -> dict[str, tuple[str, str]]:
    """Label and explanation by field of GenerationParams; a group of fields has no explanation."""
    translate = QCoreApplication.translate
    return {
        "preset": (
            translate("Sampling", "Preset"),
            translate("Sampling", "Ways to write that go by a name; you can save your own."),
        ),
        "creativity": (
            translate("Sampling", "Temperature (creativity)"),
            translate("Sampling", "Low: precise, much the same each time. High: freer, more surprising."),
        ),
        "max_tokens": (
            translate("Sampling", "Longest reply"),
            translate("Sampling", "In tokens. Automatic: until the model has finished."),
        ),
        "choosing": (translate("Sampling", "Which tokens may be chosen"), ""),
        "top_k": (
            translate("Sampling", "Top-k"),
            translate("Sampling", "Choose among this many of the likeliest tokens."),
        ),
        "top_p": (
            translate("Sampling", "Top-p"),
            translate(
                "Sampling", "Choose among the likeliest tokens that together reach this share. 1 switches it off."
            ),
        ),
        "min_p": (
            translate("Sampling", "Min-p"),
            translate("Sampling", "Leave out tokens less likely than this share of the likeliest. 0 switches it off."),
        ),
        "typical_p": (
            translate("Sampling", "Typical-p"),
            translate("Sampling", "Prefer tokens that surprise as much as is usual here. 1 switches it off."),
        ),
        "top_n_sigma": (
            translate("Sampling", "Top-nσ"),
            translate("Sampling", "Keep tokens within so many standard deviations of the best one."),
        ),
        "repeating": (translate("Sampling", "Against repetition"), ""),
        "repeat_penalty": (
            translate("Sampling", "Repeat penalty"),
            translate("Sampling", "Above 1, words used lately become less likely."),
        ),
        "repeat_last_n": (
            translate("Sampling", "How far back"),
            translate("Sampling", "The penalties look at so many tokens."),
        ),
        "presence_penalty": (
            translate("Sampling", "Presence penalty"),
            translate("Sampling", "Above 0, what was said once becomes less likely: new subjects come sooner."),
        ),
        "frequency_penalty": (
            translate("Sampling", "Frequency penalty"),
            translate("Sampling", "Above 0, a word becomes less likely each time that it is used."),
        ),
        "dry_multiplier": (
            translate("Sampling", "DRY strength"),
            translate(
                "Sampling",
                "Keeps whole phrases from being repeated, without touching single words. 0.8 is a good start.",
            ),
        ),
        "dry_base": (
            translate("Sampling", "DRY base"),
            translate("Sampling", "How steeply the penalty grows with the phrase."),
        ),
        "dry_allowed_length": (
            translate("Sampling", "DRY free length"),
            translate("Sampling", "Repeated phrases of up to so many tokens go free."),
        ),
        "dry_last_n": (
            translate("Sampling", "DRY range"),
            translate("Sampling", "Looks for phrases in so many tokens."),
        ),
        "surprising": (translate("Sampling", "Surprise"), ""),
        "xtc_probability": (
            translate("Sampling", "XTC chance"),
            translate("Sampling", "How often the likeliest tokens are passed over, for less worn words."),
        ),
        "xtc_threshold": (
            translate("Sampling", "XTC threshold"),
            translate("Sampling", "Only tokens at least this likely can be passed over."),
        ),
        "dynatemp_range": (
            translate("Sampling", "Temperature range"),
            translate("Sampling", "Lets creativity move so far up and down with how sure the model is."),
        ),
        "dynatemp_exponent": (
            translate("Sampling", "Temperature curve"),
            translate("Sampling", "How quickly it moves."),
        ),
        "adaptive_target": (
            translate("Sampling", "Adaptive-p target"),
            translate("Sampling", "Prefer tokens about this likely."),
        ),
        "adaptive_decay": (
            translate("Sampling", "Adaptive-p memory"),
            translate("Sampling", "How long earlier choices count."),
        ),
        "mirostat": (
            translate("Sampling", "Mirostat"),
            translate(
                "Sampling",
                "Version 1 or 2 keeps surprise even over a long text, in the place of top-k, top-p and their like.",
            ),
        ),
        "mirostat_tau": (
            translate("Sampling", "Mirostat target"),
            translate("Sampling", "The surprise to keep: lower is calmer."),
        ),
        "mirostat_eta": (
            translate("Sampling", "Mirostat rate"),
            translate("Sampling", "How quickly it corrects itself."),
        ),
        "ending": (translate("Sampling", "Repeatable and short"), ""),
        "seed": (
            translate("Sampling", "Seed"),
            translate("Sampling", "The same seed gives the same reply to the same words."),
        ),
        "stop": (
            translate("Sampling", "Stop at"),
            translate(
                "Sampling", "The reply ends before any of these texts; write | between them and \\n for a new line."
            ),
        ),
    }
