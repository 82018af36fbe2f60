"""A folder of pages, served on loopback, and a page that notes what it asks for."""

import contextlib
import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing of each request."""


def live(address, name):
    """Return where a notebook runs live, of a site that is served at an address."""
    return f"{address}/lite/notebooks/index.html?path={name}"


@contextlib.contextmanager
def served(folder):
    """Serve a folder on loopback; yield the address, which ends without a slash."""
    handler = functools.partial(_Quiet, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def complaints_of(page, address):
    """Return a list that grows: requests to elsewhere and answers of 400 and above."""
    complaints = []

    def asked(request):
        if not request.url.startswith((address, "data:", "blob:")):
            complaints.append(f"asks for {request.url}")

    def answered(response):
        if response.status >= 400:
            complaints.append(f"{response.status}: {response.url}")

    page.on("request", asked)
    page.on("response", answered)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    return complaints
