"""A name and a certificate for a registry that speaks plain HTTP on this machine.

A registry on localhost is that of the machine that pulls, which is not this one. So the program reaches it by a
name, with TLS, through an HTTP proxy: that works offline, and needs no right to write /etc/hosts.
"""

import datetime
import socket
import socketserver
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "registry.test"


def certify(folder):
    """A certificate for the name, with its key, and the authority that signed it."""
    key, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Registry test")])
    now = datetime.datetime.now(datetime.timezone.utc)

    def signed(subject, public, extension):
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(now - datetime.timedelta(days=1))
        builder = builder.not_valid_after(now + datetime.timedelta(days=1))
        return builder.add_extension(extension, critical=True).sign(key, hashes.SHA256())

    pem = serialization.Encoding.PEM
    authority = signed(issuer, key.public_key(), x509.BasicConstraints(ca=True, path_length=None))
    names = x509.SubjectAlternativeName([x509.DNSName(NAME)])
    leaf = signed(x509.Name([]), own.public_key(), names)
    (folder / "authority.pem").write_bytes(authority.public_bytes(pem))
    secret = own.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "front.pem").write_bytes(leaf.public_bytes(pem) + secret)


class Tunnel(socketserver.BaseRequestHandler):
    """Leads the name to the registry, and no other name anywhere."""

    def handle(self):
        # Byte by byte: what follows the head is TLS.
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.request.recv(1)
            if not byte:
                return
            head += byte
        if head.split()[1].decode() != f"{NAME}:443":
            self.request.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        self.request.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            here = self.server.context.wrap_socket(self.request, server_side=True)
        except (OSError, ssl.SSLError):
            return
        with here, socket.create_connection(self.server.to) as there:
            back = threading.Thread(target=self.copy, args=(there, here), daemon=True)
            back.start()
            self.copy(here, there)
            back.join()

    @staticmethod
    def copy(source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except (OSError, ssl.SSLError):
            pass


class Front:
    """The proxy in front of the registry at this host and port; its files are in the folder."""

    def __init__(self, folder, to):
        certify(folder)
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Tunnel)
        self.server.daemon_threads, self.server.to = True, to
        self.server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.context.load_cert_chain(folder / "front.pem")
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        proxy = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.environment = {"HTTPS_PROXY": proxy, "AWS_CA_BUNDLE": str(folder / "authority.pem")}

    def close(self):
        self.server.shutdown()
        self.server.server_close()
