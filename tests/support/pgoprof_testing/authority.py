"""A certificate authority of a test's own, made by openssl."""

import pathlib
import subprocess


def _openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Authority:
    """`certificate` is its file; `issue` signs others."""

    def __init__(self, folder, name="authority"):
        self._folder = pathlib.Path(folder)
        self.certificate = self._folder / f"{name}.crt"
        self._key = self._folder / f"{name}.key"
        _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.certificate)

    def issue(self, name, subject, *alternatives):
        """Files of a certificate and its key; `alternatives` are such as "DNS:localhost" and "IP:127.0.0.1"."""
        certificate, key, request = (self._folder / f"{name}.{kind}" for kind in ("crt", "key", "csr"))
        _openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
                 "-keyout", key, "-out", request)
        extensions = self._folder / f"{name}.ext"
        extensions.write_text("subjectAltName=" + ",".join(alternatives) + "\n" if alternatives else "basicConstraints=CA:FALSE\n")
        _openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                 "-days", "2", "-extfile", extensions, "-out", certificate)
        return certificate, key
