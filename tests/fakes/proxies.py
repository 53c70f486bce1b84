"""Proxies on the loopback: SOCKS 5 (RFC 1928) and plain HTTP, which lead every request to one port of this computer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class SocksProxy:
    """to: port on the loopback that every connection leads to; 0: each is refused. asked: hosts that were asked for."""

    def __init__(self, to: int) -> None:
        self.to = to
        self.asked: list[str] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]

    @contextmanager
    def serving(self) -> Iterator[SocksProxy]:
        threads: list[threading.Thread] = []
        clients: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    client = self._server.accept()[0]
                except OSError:
                    return
                clients.append(client)
                threads.append(threading.Thread(target=self._serve, args=(client,)))
                threads[-1].start()

        main = threading.Thread(target=accept)
        main.start()
        try:
            yield self
        finally:
            with suppress(OSError):
                self._server.shutdown(socket.SHUT_RDWR)
            self._server.close()
            main.join()
            for client in clients:  # some are left open by who failed
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            stream = client.makefile("rwb", buffering=0)
            methods = stream.read(stream.read(2)[1])
            if 0 in methods:
                stream.write(b"\5\0")
            else:  # a name and a password (RFC 1929), whichever they are
                stream.write(b"\5\2")
                for head in (2, 1):
                    stream.read(stream.read(head)[-1])
                stream.write(b"\1\0")
            kind = stream.read(4)[3]
            length = stream.read(1)[0] if kind == 3 else {1: 4, 4: 16}[kind]
            host = stream.read(length)
            stream.read(2)
            self.asked.append(host.decode() if kind == 3 else socket.inet_ntop(socket.AF_INET, host))
            if not self.to:
                stream.write(b"\5\5\0\1\0\0\0\0\0\0")
                return
            with socket.create_connection(("127.0.0.1", self.to)) as target:
                stream.write(b"\5\0\0\1\0\0\0\0\0\0")
                back = threading.Thread(target=_copy, args=(target, client))
                back.start()
                _copy(client, target)
                back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def refusing_proxy(status: int) -> Iterator[tuple[int, list[tuple[str, str]]]]:
    """An HTTP proxy that answers everything with a status: its port, and (address, Authorization) of what was asked."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_words: object) -> None: ...

        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization", "")))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
