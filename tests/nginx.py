"""A real nginx that shows the service below a path, and nothing of it anywhere else."""

from __future__ import annotations

import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.service import Service, free_port

START_SECONDS = 10.0
PATHS = "/usr/local/sbin:/usr/sbin:/usr/bin:/usr/local/bin"

CONFIGURATION = """
daemon off;
master_process off;
error_log stderr;
pid {folder}/nginx.pid;
events {{}}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
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
class Nginx:
    """A running nginx.

    Attributes:
        url: where browsers find the service.
    """

    url: str
    _process: subprocess.Popen[bytes]

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
                port=port,
                path=path,
                service=service.port,
                rest="/" if strips else "",
            )
        )
        log = folder / "error.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [shutil.which("nginx", path=PATHS) or "nginx", "-c", str(configuration)],
                stderr=out,
            )
        deadline = time.monotonic() + START_SECONDS
        while not (folder / "nginx.pid").exists():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                raise RuntimeError(log.read_text())
            time.sleep(0.01)
        return cls(f"http://127.0.0.1:{port}{path}", process)

    def stop(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(START_SECONDS)
