"""Locks, wheels and a server for tests of models; nothing of it leaves this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

Own = Callable[..., Path]
"""Locks files of a format as the model trial; returns where they lie."""

WEIGHTS = bytes(range(256)) * 4096
"""A megabyte that stands for a model."""


def hashed(content: bytes) -> str:
    return sha256(content).hexdigest()


def entry(source: str = "url", **more: Any) -> dict[str, Any]:
    """An entry of a lock without files, for a dictionary of entries."""
    told = {"source": source, "role": "a trial", "licence": "MIT", "commercial": "yes"}
    return {**told, "format": "onnx", **more}


def file(path: str = "weights.onnx", content: bytes = WEIGHTS, **more: Any) -> dict[str, Any]:
    """A pinned file of an entry; a key given as None stays away."""
    told = {"path": path, "bytes": len(content), "sha256": hashed(content), **more}
    return {key: value for key, value in told.items() if value is not None}


def write_lock(path: Path, entries: Mapping[str, Any], **more: Any) -> Path:
    """A lock file with these entries."""
    top = {"version": 1, **more, "models": dict(entries)}
    path.write_text("\n".join(f"{key} = {_toml(value)}" for key, value in top.items()) + "\n")
    return path


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)} = {_toml(each)}" for key, each in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


def write_wheel(folder: Path, members: Mapping[str, bytes]) -> Path:
    """A wheel named trialweights 1.0 with these members."""
    folder.mkdir(parents=True, exist_ok=True)
    info = "trialweights-1.0.dist-info"
    files = {
        **members,
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: trialweights\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: x\n",
        f"{info}/RECORD": b"",
    }
    path = folder / "trialweights-1.0-cp311-cp311-manylinux_2_28_x86_64.whl"
    with ZipFile(path, "w") as box:
        for name, content in files.items():
            box.writestr(name, content)
    return path


class Server:
    """Serves files on the loopback, and remembers what was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str | None]] = []
        """Path and Range of every request."""
        self.tokens: list[str | None] = []
        """Authorization of every request."""
        self.cut: int | None = None
        """After how many bytes the next reply breaks off."""
        self.ranges = True
        """Whether Range is heard."""
        self.redirect: dict[str, str] = {}
        self.base = ""

    def url(self, path: str) -> str:
        return f"{self.base}/{path}"


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _reply(self, server)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        server.base = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()


def _reply(ask: BaseHTTPRequestHandler, server: Server) -> None:
    path, wanted = ask.path.lstrip("/"), ask.headers["Range"]
    server.asked.append((path, wanted))
    server.tokens.append(ask.headers["Authorization"])
    if path in server.redirect:
        ask.send_response(302)
        ask.send_header("Location", server.redirect[path])
        ask.send_header("Content-Length", "0")
        ask.end_headers()
        return
    if path not in server.files:
        ask.send_error(404)
        return
    content = server.files[path]
    begin = int(wanted[6:-1]) if wanted and server.ranges else 0
    if begin and begin >= len(content):
        ask.send_error(416)
        return
    ask.send_response(206 if begin else 200)
    ask.send_header("Content-Length", str(len(content) - begin))
    if begin:
        ask.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
    ask.end_headers()
    end, server.cut = server.cut, None
    ask.wfile.write(content[begin:end])
