"""Contexts in which service workers are allowed, and how to wait for one."""

from __future__ import annotations

from typing import Any

KEEPS: dict[str, Any] = {"service_workers": "allow"}
READY = """async () => {
  const { active } = await navigator.serviceWorker.ready;
  if (active.state === "activated") return;
  await new Promise((done) => active.addEventListener("statechange", done, { once: true }));
}"""
