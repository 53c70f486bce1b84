"""Plain data and rules. Imports no other room of Samar, no Qt, no SQL and no llama_cpp."""
