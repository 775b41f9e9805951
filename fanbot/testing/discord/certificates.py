"""A private certificate authority for Discord's host names, made by the ``openssl`` command."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

HOSTS = ("discord.com", "gateway.discord.gg", "gateway-resume.discord.gg", "cdn.discordapp.com")


@dataclass(frozen=True, slots=True)
class Certificates:
    """``ca_file`` is what a client trusts; ``server`` is what the server shows."""

    ca_file: Path
    server: ssl.SSLContext


def can_be_made() -> bool:
    """Tell whether there is an ``openssl`` command."""
    return shutil.which("openssl") is not None


def make(folder: Path) -> Certificates:
    """Make an authority and a certificate of Discord's names, valid for two days."""
    folder.mkdir(parents=True, exist_ok=True)
    names = ",".join(f"DNS:{host}" for host in HOSTS)
    (folder / "names.cnf").write_text(
        f"subjectAltName={names}\nbasicConstraints=CA:FALSE\n", encoding="utf-8"
    )
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(
        folder, "req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2",
        "-subj", "/CN=A test authority", "-addext", "keyUsage=critical,keyCertSign",
    )  # fmt: skip
    _openssl(folder, "req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=discord.com")
    _openssl(
        folder, "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
        "-out", "server.pem", "-days", "2", "-extfile", "names.cnf",
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "server.pem", folder / "server.key")
    return Certificates(folder / "ca.pem", server)


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(  # noqa: S603 - our own command
        ("openssl", *words),  # noqa: S607 - found on the path, as can_be_made looked for it
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=30,
    )
