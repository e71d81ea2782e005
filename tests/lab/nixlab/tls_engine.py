"""An engine that is reached by TCP and TLS, as those behind tcp:// contexts are."""

from .certificates import Authority
from .engine import Engine
from .machine import Machine
from .ssh import connect

PORT = 2376
SERVER_FOLDER = "/etc/docker/tls"


class TlsEngine(Engine):
    """An engine on `server` that `client` reaches by the context `name`, and by nothing else."""

    def __init__(self, client: Machine, server: Machine, store: str, name: str):
        self.client = client
        self.context = name
        _, self.address = connect(client, server)
        super().__init__(server, store)
        authority = Authority(server, SERVER_FOLDER)
        authority.certify(SERVER_FOLDER, self.address)
        authority.certify(SERVER_FOLDER, "client", "clientAuth", prefix="client-")
        self.daemon.change(
            {
                "hosts": [self.host, f"tcp://0.0.0.0:{PORT}"],
                "tlsverify": True,
                "tlscacert": f"{SERVER_FOLDER}/ca.pem",
                "tlscert": f"{SERVER_FOLDER}/cert.pem",
                "tlskey": f"{SERVER_FOLDER}/key.pem",
            }
        )

    @property
    def tls_host(self) -> str:
        return f"tcp://{self.address}:{PORT}"

    def make_context(self) -> None:
        """Gives the client its certificates, in a context of its docker CLI."""
        folder = self.client.new_folder("tls-", within="/root")
        for file, kept_as in (("ca.pem", "ca.pem"), ("client-cert.pem", "cert.pem"), ("client-key.pem", "key.pem")):
            content = self.machine.path(f"{SERVER_FOLDER}/{file}").read_bytes()
            self.client.path(f"{folder}/{kept_as}").write_bytes(content)
        endpoint = f"host={self.tls_host},ca={folder}/ca.pem,cert={folder}/cert.pem,key={folder}/key.pem"
        self.client.exec(["docker", "context", "create", self.context, "--docker", endpoint]).check()
