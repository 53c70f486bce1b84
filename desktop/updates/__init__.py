"""New versions of Samar: what the release page offers, fetched and checked. Nothing here runs unless it is asked for."""
