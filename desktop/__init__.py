"""Samar, the application."""
