"""Certificates, made by openssl in a machine."""

from .machine import Machine

DAYS = "3650"
NEW_KEY = ["-newkey", "rsa:2048", "-nodes", "-days", DAYS]


class Authority:
    """Signs certificates; `file` is its own."""

    def __init__(self, machine: Machine, folder: str, name: str = "lab"):
        self.machine = machine
        self.file = f"{folder}/ca.pem"
        self._key = f"{folder}/ca-key.pem"
        machine.exec(["mkdir", "-p", folder]).check()
        self._openssl("req", "-x509", *NEW_KEY, "-subj", f"/CN={name}", "-out", self.file, "-keyout", self._key)

    def certify(self, folder: str, name: str, usage: str = "serverAuth", prefix: str = "") -> tuple[str, str]:
        """A certificate for a server's name or address, or for a client; its file and that of its key."""
        certificate, key = f"{folder}/{prefix}cert.pem", f"{folder}/{prefix}key.pem"
        extensions = [f"extendedKeyUsage={usage}", "basicConstraints=critical,CA:FALSE"]
        if usage == "serverAuth":
            kind = "IP" if name.replace(".", "").isdigit() else "DNS"
            extensions.append(f"subjectAltName={kind}:{name}")
        options = [word for extension in extensions for word in ("-addext", extension)]
        signed = ["-x509", "-CA", self.file, "-CAkey", self._key, "-subj", f"/CN={name}", *options]
        self._openssl("req", *NEW_KEY, *signed, "-out", certificate, "-keyout", key)
        return certificate, key

    def _openssl(self, *words: str) -> None:
        self.machine.exec(["openssl", *words]).check()
