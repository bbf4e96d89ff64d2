"""What gunicorn does around its processes (`--config python:millecafes.config.server_hooks`).

The site is loaded once, with what each process would build as it starts (the index of places); processes are
then copies that share this memory as long as none writes to it.
"""

from __future__ import annotations

import gc
from typing import Any

preload_app = True


def when_ready(server: Any) -> None:
    """Before any process is made: build, and put what was built out of reach of the collector."""
    from django.urls import get_resolver

    from millecafes.common import warmup

    get_resolver().reverse_dict  # noqa: B018 - loads every view of every room
    warmup.run()
    gc.collect()
    gc.freeze()
