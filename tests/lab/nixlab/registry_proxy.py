"""A proxy between a client and a registry that goes wrong where a test wants it."""

import http.client

from .http_server import Answer, HttpServer, Request
from .registry import Registry
from .registry_faults import Fault

OF_ONE_CONNECTION = {"connection", "keep-alive", "proxy-connection", "proxy-authorization", "transfer-encoding"}


class RegistryProxy(HttpServer):
    """A context manager; `address` is what references begin with in the registry's place."""

    def __init__(self, registry: Registry, fault: Fault | None = None):
        super().__init__(registry.machine)
        self._registry = registry
        self._fault = fault or Fault()

    def stops_reading(self, request: Request) -> bool:
        return self._fault.stops_reading(request)

    def answer(self, request: Request) -> Answer:
        instead = self._fault.before(request)
        if instead is not None:
            return instead
        connection = http.client.HTTPConnection("127.0.0.1", self._registry.port)
        return self._fault.after(request, passed_on(request, connection, request.path))


def passed_on(request: Request, connection: http.client.HTTPConnection, target: str) -> Answer:
    """What the other end answers to the same request for `target`."""
    # The Host is passed on too: addresses in the answer then lead back to us.
    headers = {name: value for name, value in request.headers.items() if name.lower() not in OF_ONE_CONNECTION}
    headers.pop("Content-Length", None)
    connection.request(request.method, target, request.body or None, headers)
    answer = connection.getresponse()
    kept = {name: value for name, value in answer.getheaders() if name.lower() not in OF_ONE_CONNECTION}
    body = answer.read()
    connection.close()
    return Answer(answer.status, kept, body)
