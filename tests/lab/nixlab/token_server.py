"""A server of our own that hands out tokens, as registries of the Internet have one beside them."""

import base64
import json
import ssl
import time
from urllib.parse import parse_qs, urlsplit

from .certificates import Authority
from .http_server import Answer, HttpServer, Request
from .machine import Machine
from .registry_faults import Fault

ISSUER = SERVICE = "token-server-of-a-test"
LIFE_SECONDS = 300
LONG_AGO = 3600  # registries forgive clocks that differ by a minute
DENIED = json.dumps({"errors": [{"code": "DENIED", "message": "not for you"}]}).encode()


class TokenServer(HttpServer):
    """Tokens as docker-registry wants them (distribution's "Token Authentication Implementation").

    `password` and `identity_token` are the logins that it accepts, `actions` what their owner may do:
    with `strict`, wanting more gets nothing at all. The first `expired` tokens are of no use any more.
    """

    def __init__(
        self,
        machine: Machine,
        *,
        user: str,
        password: str,
        identity_token: str = "",
        actions: tuple[str, ...] = ("pull", "push"),
        strict: bool = False,
        expired: int = 0,
        fault: Fault | None = None,
    ):
        super().__init__(machine)
        self._basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        self._identity_token = identity_token
        self._actions = actions
        self._strict = strict
        self._expired = expired
        self._fault = fault or Fault()
        folder = machine.new_folder("tokens-of-a-test-", within="/opt")
        self._authority = Authority(machine, folder)
        self._certificate, self._key = self._authority.certify(folder, ISSUER)

    def registry_settings(self) -> dict:
        """For `auth: token:` of docker-registry's configuration."""
        return {
            "realm": f"http://127.0.0.1:{self.port}/token",
            "service": SERVICE,
            "issuer": ISSUER,
            "rootcertbundle": self._authority.file,
        }

    def answer(self, request: Request) -> Answer:
        return self._fault.before(request) or self._fault.after(request, self._token_for(request))

    def _token_for(self, request: Request) -> Answer:
        if request.method == "POST":
            words = parse_qs(request.body.decode())
            wanted = {"grant_type": ["refresh_token"], "refresh_token": [self._identity_token]}
            known = wanted.items() <= words.items()
            scopes = words.get("scope", [""])[0].split()
        else:
            known = request.headers.get("Authorization") == self._basic
            scopes = parse_qs(urlsplit(request.path).query).get("scope", [])
        if not known:
            return Answer(401, body=DENIED)
        access = [self._access(scope) for scope in scopes]
        if self._strict and any(not set(wanted) <= set(self._actions) for wanted in map(_actions_of, scopes)):
            return Answer(403, body=DENIED)
        key = "access_token" if request.method == "POST" else "token"
        told = {key: self._token(access), "expires_in": LIFE_SECONDS}
        return Answer(200, {"Content-Type": "application/json"}, json.dumps(told).encode())

    def challenge(self) -> Answer:
        """What the registry says to those without a valid token."""
        settings = self.registry_settings()
        wanted = f'Bearer realm="{settings["realm"]}",service="{SERVICE}",error="invalid_token"'
        return Answer(401, {"WWW-Authenticate": wanted})

    def scopes(self) -> list[str]:
        """Asked for up to now, by GET."""
        return [scope for text in self.told() for scope in parse_qs(urlsplit(text.split()[1]).query).get("scope", [])]

    def _access(self, scope: str) -> dict:
        kind, name = scope.split(":")[:2]
        granted = [action for action in _actions_of(scope) if action in self._actions]
        return {"type": kind, "name": name, "actions": granted}

    def _token(self, access: list[dict]) -> str:
        now = int(time.time())
        if self._expired > 0:
            self._expired -= 1
            now -= LONG_AGO
        certificate = ssl.PEM_cert_to_DER_cert(self._machine.path(self._certificate).read_text())
        head = {"typ": "JWT", "alg": "RS256", "x5c": [base64.b64encode(certificate).decode()]}
        claims = {
            "iss": ISSUER,
            "sub": "somebody",
            "aud": SERVICE,
            "iat": now,
            "nbf": now - 10,
            "exp": now + LIFE_SECONDS,
            "jti": str(len(self.requests)),
            "access": access,
        }
        signed = f"{_encoded(json.dumps(head).encode())}.{_encoded(json.dumps(claims).encode())}"
        sign = ["openssl", "dgst", "-sha256", "-sign", self._key]
        signature = self._machine.exec(sign, stdin=signed.encode()).check()
        return f"{signed}.{_encoded(signature.stdout_bytes)}"


def _actions_of(scope: str) -> list[str]:
    return scope.rsplit(":", 1)[1].split(",")


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
