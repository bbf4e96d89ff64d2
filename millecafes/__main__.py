"""Entry point of the `millecafes` command: Django's management commands under our name."""

import os
import sys


def main() -> None:
    """Run a command; a bad setting or Ctrl-C ends in one sentence, never in a traceback."""
    try:
        run()
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrompu.\n")
        raise SystemExit(130) from None


def run() -> None:
    """Read the settings, then let Django run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "millecafes.config.settings.dev")
    # For what this process starts: each thread would take a heap of its own from glibc, and give little back.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        # Django itself would hide a bad setting behind "Unknown command".
        settings.INSTALLED_APPS  # noqa: B018
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
