"""The repository's own rules, called by noxfile.py."""
