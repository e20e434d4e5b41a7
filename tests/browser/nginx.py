"""An nginx that shows the service below a path, and nothing of it anywhere else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.nginx import Nginx, temporary_paths
from tests.service import Service, free_port

CONFIGURATION = """
master_process off;
error_log stderr;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log {folder}/access.log;
  {temporary_paths}
  map $http_upgrade $connection_upgrade {{ default upgrade; "" ""; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{ return 404; }}
    location {path}/ {{
      proxy_pass http://127.0.0.1:{service}{rest};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header X-Forwarded-Proto $scheme;
    }}
  }}
}}
"""


@dataclass
class PathProxy:
    """The service below a path of nginx.

    Attributes:
        url: where browsers find the service.
    """

    url: str
    _nginx: Nginx

    @classmethod
    def start(cls, folder: Path, service: Service, path: str, *, strips: bool) -> Self:
        """Show `service` below `path`, which it `strips` from requests or leaves in them.

        Args:
            folder: an empty one, for its files.
            service: what it asks.
            path: like "/jielong".
            strips: whether the service does not see the path.

        Raises:
            RuntimeError: it does not start; the message is its own.
        """
        port = free_port()
        configuration = folder / "nginx.conf"
        configuration.write_text(
            CONFIGURATION.format(
                folder=folder,
                temporary_paths=temporary_paths(folder),
                port=port,
                path=path,
                service=service.port,
                rest="/" if strips else "",
            )
        )
        return cls(
            f"http://127.0.0.1:{port}{path}", Nginx.start(configuration, folder / "nginx.pid")
        )

    def stop(self) -> None:
        """End it."""
        self._nginx.stop()
