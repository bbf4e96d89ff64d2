"""What gunicorn itself says, in the format of the site's logs."""

from __future__ import annotations

import logging
from typing import Any

from gunicorn.glogging import Logger

from millecafes.common.logs import Context, formatter
from millecafes.config.log_settings import LOG_FORMAT


class ServerLogger(Logger):
    """Gunicorn's logger: it starts before Django, and must not say secrets either."""

    def setup(self, cfg: Any) -> None:
        """Replace gunicorn's formats by ours."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(formatter(LOG_FORMAT))
            handler.addFilter(Context())
        logging.getLogger("gunicorn").propagate = False
