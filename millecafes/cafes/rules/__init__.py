"""Who may do what with cafés, and what their life, their place and their hours mean."""

from millecafes.cafes.rules import permissions  # noqa: F401 - registers the permissions
