"""Hugging Face checkpoint → GGUF, without torch and without transformers.

Runs as ``python -m converter SOURCE``. Imports neither Qt nor any other room of the application.
"""
