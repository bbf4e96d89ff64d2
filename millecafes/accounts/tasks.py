"""Jobs of the room `accounts`."""

from __future__ import annotations

from millecafes.accounts.services.tokens import warn_of_ends
from millecafes.common import jobs


@jobs.task("accounts.warn_of_token_ends", title="Annonce des jetons qui expirent bientôt")
def warn_of_token_ends(run: jobs.Run) -> None:
    """Tell people that a token of theirs is about to expire: once for each token."""
    told = warn_of_ends(now=run.now)
    run.result(text=f"Jetons qui expirent bientôt : {told}.")


jobs.schedule("accounts.warn_of_token_ends", daily="06:40")
