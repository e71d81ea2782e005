"""The proxy through which a company's network lets its machines out."""

import base64
import http.client
from urllib.parse import urlsplit, urlunsplit

from .http_server import Answer, HttpServer, Request
from .machine import Machine
from .registry_proxy import passed_on

LOGIN_WANTED = Answer(407, {"Proxy-Authenticate": 'Basic realm="lab"'})


class ForwardProxy(HttpServer):
    """A context manager. Every name leads to the machine's own loopback; `login` is "USER:PASSWORD"."""

    def __init__(self, machine: Machine, login: str = ""):
        super().__init__(machine)
        self._login = login

    @property
    def url(self) -> str:
        """As http_proxy and https_proxy want it."""
        return f"http://{self._login + '@' if self._login else ''}127.0.0.1:{self.port}"

    def answer(self, request: Request) -> Answer:
        wanted = "Basic " + base64.b64encode(self._login.encode()).decode()
        if self._login and request.headers.get("Proxy-Authorization") != wanted:
            return LOGIN_WANTED
        if request.method == "CONNECT":
            return Answer(200, tunnel_to=int(request.path.rpartition(":")[2]))
        url = urlsplit(request.path)
        target = urlunsplit(("", "", url.path, url.query, ""))
        return passed_on(request, http.client.HTTPConnection("127.0.0.1", url.port), target)
