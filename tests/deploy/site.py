"""The service behind the nginx of deploy/nginx: TLS, two workers, at the root and below a path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.deploy.programs import copy_changed
from tests.nginx import Nginx, temporary_paths
from tests.service import Service, free_port

HOST = "127.0.0.1"
WORKER = "server 127.0.0.1:8000 max_fails=3 fail_timeout=2s;"
OTHER_HOST = """
server {{
  listen {host}:{port} ssl;
  server_name www.example.org;
  include jielong/tls.conf;
  include jielong/prefix.conf;
  location / {{ return 200 "other things"; }}
}}
"""


@dataclass
class Proxied(Service):
    """The service as browsers reach it, through nginx; the process is a worker's."""

    way: str = ""

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}{self.way}"

    @property
    def ws_url(self) -> str:
        return f"wss://{HOST}:{self.port}{self.way}/ws"


@dataclass
class Site:
    """A running nginx with the files of deploy/nginx.

    Attributes:
        root: the service at the root of a host.
        below: the service below the path of a host that shows other things, too.
        plain: the port without TLS.
        authority: the certificate that clients trust.
        nginx: the process.
    """

    root: Proxied
    below: Proxied
    plain: int
    authority: Path
    nginx: Nginx


def write_files(folder: Path, workers: Sequence[int], secure: int, plain: int, other: int) -> Path:
    """Write the configuration of deploy/nginx for a test; only addresses and paths differ.

    Args:
        folder: for all files.
        workers: the ports of the workers.
        secure: the port for https.
        plain: the port for http.
        other: the port of the host with other things.

    Returns:
        The main configuration.
    """
    there = folder / "jielong"
    there.mkdir()
    servers = " ".join(f"server {HOST}:{port} max_fails=3 fail_timeout=2s;" for port in workers)
    changes = {
        "nginx.conf": {
            "user www-data;": "user root;",
            "/run/nginx.pid": str(folder / "nginx.pid"),
            "/var/log/nginx/error.log warn": "stderr notice",
            "http {": f"http {{\n{temporary_paths(folder)}\n  include jielong/other.conf;",
        },
        "http.conf": {"/var/cache/nginx": str(folder), "/var/log/nginx": str(folder)},
        "upstream.conf": {WORKER: servers},
        "site.conf": {
            "listen 80;": f"listen {HOST}:{plain};",
            "listen 443 ssl http2;": f"listen {HOST}:{secure} ssl http2;",
            "  listen [::]:80;\n": "",
            "  listen [::]:443 ssl http2;\n": "",
        },
        "tls.conf": {"/etc/nginx/tls": str(folder)},
        "proxy.conf": {},
        "cached.conf": {},
        "prefix.conf": {},
    }
    for name, replaced in changes.items():
        copy_changed(f"nginx/{name}", folder if name == "nginx.conf" else there, replaced)
    (there / "other.conf").write_text(OTHER_HOST.format(host=HOST, port=other))
    return folder / "nginx.conf"


def start_site(folder: Path, workers: Sequence[Service], path: str) -> Site:
    """Start nginx in front of the workers, which have `path` as their base path."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    issued = authority.issue_cert(HOST)
    issued.private_key_pem.write_to_path(folder / "privkey.pem")
    issued.cert_chain_pems[0].write_to_path(folder / "fullchain.pem")
    secure, plain, other = (free_port() for _ in range(3))
    main = write_files(folder, [worker.port for worker in workers], secure, plain, other)
    nginx = Nginx.start(main, folder / "nginx.pid")
    one = workers[0]
    root = Proxied(one.process, secure, one.data, one.log)
    below = Proxied(one.process, other, one.data, one.log, path)
    return Site(root, below, plain, folder / "authority.pem", nginx)
