"""A small OpenID Connect server on a free port: it lets everybody in whom it is told to."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from engine import clock

SECRET = "s%cret"


@dataclass
class IdentityServer:
    """Who comes, and how its statements differ from what is right (`wrong`)."""

    address: str = ""
    name: str = "huawu"
    wrong: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1"}))
    signs_with: RSAKey | None = None
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    exchanged: list[dict[str, str]] = field(default_factory=list)

    def discovery(self) -> dict[str, Any]:
        return {"issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/keys",
                "end_session_endpoint": f"{self.address}/leave"}  # fmt: skip

    def let_in(self, query: dict[str, str]) -> str:
        """Return where somebody who has signed in here goes back to."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], header: str) -> dict[str, str] | None:
        asked = self.asked.pop(form["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        known = base64.b64encode(b"hotline:s%25cret").decode()
        self.exchanged.append(form)
        if asked is None or asked["code_challenge"] != proof.decode().rstrip("="):
            return None
        return None if header != f"Basic {known}" else {"id_token": self.statement(asked)}

    def statement(self, asked: dict[str, str]) -> str:
        now = int(clock.now().timestamp())
        claims = {"iss": self.address, "sub": "7", "aud": asked["client_id"], "iat": now,
                  "exp": now + 300, "nonce": asked["nonce"], "preferred_username": self.name,
                  **self.wrong}  # fmt: skip
        key = self.signs_with or self.key
        return jwt.encode({"alg": "RS256", "kid": key.kid}, claims, key)


def _one(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


def _handler(server: IdentityServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at = urlsplit(self.path)
            if at.path == "/authorize":
                self.send_response(302)
                self.send_header("location", server.let_in(_one(at.query)))
                self.end_headers()
            elif at.path == "/keys":
                self.answer({"keys": [server.key.as_dict(private=False)]})
            else:
                self.answer(server.discovery())

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["content-length"])).decode()
            found = server.token(_one(sent), self.headers.get("authorization", ""))
            self.answer(found or {"error": "invalid_grant"}, 200 if found else 400)

        def answer(self, facts: dict[str, Any], status: int = 200) -> None:
            body = json.dumps(facts).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def identity_server() -> Iterator[IdentityServer]:
    """Run one for the length of a `with` block."""
    made = IdentityServer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
