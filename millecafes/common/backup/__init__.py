"""Backups: the database and the documents in one file, made while the site runs, and put back.

`making.make` writes it, `archive.opened` verifies every byte of it, `restoring.restore` puts it back. See
docs/decisions/0021-backups.md.
"""
