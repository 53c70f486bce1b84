"""What each sampling parameter is called, and what it does, in a sentence."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication


def explanations() -> dict[str, tuple[str, str]]:
    """Label and explanation by field of GenerationParams; a group of fields has no explanation."""
    translate = QCoreApplication.translate
    return {
        "preset": (
            translate("Sampling", "Style"),
            translate("Sampling", "Ways of writing that have a name. You can save your own."),
        ),
        "creativity": (
            translate("Sampling", "Temperature (creativity)"),
            translate("Sampling", "Low: precise, much the same each time. High: freer, more surprising."),
        ),
        "max_tokens": (
            translate("Sampling", "Longest reply"),
            translate("Sampling", "In tokens (pieces of words). Automatic: until the model has finished."),
        ),
        "choosing": (translate("Sampling", "Which tokens may be chosen"), ""),
        "top_k": (
            translate("Sampling", "Top-k"),
            translate("Sampling", "The model chooses among this many of the likeliest tokens."),
        ),
        "top_p": (
            translate("Sampling", "Top-p"),
            translate(
                "Sampling",
                "The model chooses among the likeliest tokens that together reach this share. 1 switches it off.",
            ),
        ),
        "min_p": (
            translate("Sampling", "Min-p"),
            translate(
                "Sampling", "Leaves out tokens less likely than this share of the likeliest one. 0 switches it off."
            ),
        ),
        "typical_p": (
            translate("Sampling", "Typical-p"),
            translate(
                "Sampling",
                "Prefers tokens that are neither too likely nor too unlikely at this place. 1 switches it off.",
            ),
        ),
        "top_n_sigma": (
            translate("Sampling", "Top-nσ"),
            translate("Sampling", "Keeps tokens within this many standard deviations of the best one."),
        ),
        "repeating": (translate("Sampling", "Against repetition"), ""),
        "repeat_penalty": (
            translate("Sampling", "Repeat penalty"),
            translate("Sampling", "Above 1, words used lately become less likely."),
        ),
        "repeat_last_n": (
            translate("Sampling", "How far back"),
            translate("Sampling", "The penalties look back over this many tokens."),
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
            translate("Sampling", "How quickly the penalty grows with the length of the phrase."),
        ),
        "dry_allowed_length": (
            translate("Sampling", "DRY free length"),
            translate("Sampling", "Repeated phrases of up to this many tokens are allowed."),
        ),
        "dry_last_n": (
            translate("Sampling", "DRY range"),
            translate("Sampling", "Looks for repeated phrases in this many tokens."),
        ),
        "surprising": (translate("Sampling", "Surprise"), ""),
        "xtc_probability": (
            translate("Sampling", "XTC chance"),
            translate("Sampling", "How often the likeliest tokens are skipped, for fresher words."),
        ),
        "xtc_threshold": (
            translate("Sampling", "XTC threshold"),
            translate("Sampling", "Only tokens at least this likely can be skipped."),
        ),
        "dynatemp_range": (
            translate("Sampling", "Temperature range"),
            translate(
                "Sampling", "Lets the temperature go up and down by this much, depending on how sure the model is."
            ),
        ),
        "dynatemp_exponent": (
            translate("Sampling", "Temperature curve"),
            translate("Sampling", "How quickly it changes."),
        ),
        "adaptive_target": (
            translate("Sampling", "Adaptive-p target"),
            translate("Sampling", "Prefers tokens that are about this likely."),
        ),
        "adaptive_decay": (
            translate("Sampling", "Adaptive-p memory"),
            translate("Sampling", "For how long earlier choices matter."),
        ),
        "mirostat": (
            translate("Sampling", "Mirostat"),
            translate(
                "Sampling",
                "Version 1 or 2 keeps the amount of surprise even over a long text, instead of top-k, top-p and the like.",
            ),
        ),
        "mirostat_tau": (
            translate("Sampling", "Mirostat target"),
            translate("Sampling", "How much surprise to keep: lower is calmer."),
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
