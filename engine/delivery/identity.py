"""Sign-in by the site's own identity server (统一身份认证, OpenID Connect 1.0), an optional extra.

Code flow with PKCE, state and nonce. What the server says about a person is believed only after its
signature, issuer, audience, nonce and times have been checked.
"""

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx2

from engine.errors import NotPermittedError, UnavailableError
from engine.settings import Settings, load_settings

BACK, LEAVE = "/login/oidc/back", "/login/oidc/leave"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
KEPT_FOR = timedelta(hours=1)
SECONDS, LEEWAY = 5, 60
AWAY = "统一身份认证现在连不上，请稍后再试，或用账号和密码登录。"
ABSENT = "配置了统一身份认证，但没有安装 oidc 扩展：pip install 'hotline-12345[oidc]'。"
DOUBTFUL = "统一身份认证的回答核对不上，没有登录。请再试一次；还不行，请告诉管理员。"


@dataclass(frozen=True)
class Begun:
    """A sign-in under way; the browser keeps it while it is at the identity server."""

    state: str
    nonce: str
    verifier: str
    wanted: str


@dataclass(frozen=True)
class Identity:
    """Who somebody is at the identity server: its subject, and the claim accounts are found by."""

    subject: str
    claim: str


@dataclass(frozen=True)
class Provider:
    """What an identity server says of itself (discovery), with its keys."""

    facts: dict[str, Any]
    keys: Any
    read_at: datetime


_known: dict[str, Provider] = {}


def in_use() -> bool:
    """Return whether this installation has an identity server."""
    return bool(load_settings().oidc_issuer)


def begin(wanted: str, now: datetime) -> tuple[Begun, str]:
    """Return a sign-in that begins, and the address at the identity server to send the browser to.

    Raises:
        UnavailableError: the extra is not installed, or the server is away.
    """
    _require_extra()
    from authlib.common.security import generate_token
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    settings = load_settings()
    begun = Begun(generate_token(32), generate_token(32), generate_token(64), wanted)
    asked = {
        "response_type": "code", "client_id": settings.oidc_client_id, "state": begun.state,
        "nonce": begun.nonce, "redirect_uri": _back(settings), "scope": settings.oidc_scope,
        "code_challenge": create_s256_code_challenge(begun.verifier),
        "code_challenge_method": "S256",
    }  # fmt: skip
    return begun, _with(_provider(now).facts["authorization_endpoint"], asked)


def identify(begun: Begun, code: str, now: datetime) -> Identity:
    """Return who came back with a code.

    Raises:
        NotPermittedError: the answer is not to be believed, or lacks the claim.
        UnavailableError: the server is away.
    """
    _require_extra()
    settings, provider = load_settings(), _provider(now)
    token = _exchange(settings, provider, begun, code)
    claims = _believed(settings, provider, begun, token, now)
    claim = claims.get(settings.oidc_claim)
    if not isinstance(claim, str) or not claim or claims.get("email_verified") is False:
        message = f"统一身份认证没有给出“{settings.oidc_claim}”，不能对应到账号。请告诉管理员。"
        raise NotPermittedError(message)
    return Identity(str(claims["sub"]), claim)


def leave_address(now: datetime) -> str:
    """Return where to sign out of the identity server itself; our own page where it has no such."""
    settings = load_settings()
    end = str(_provider(now).facts.get("end_session_endpoint", ""))
    back = f"{settings.link_base}/login"
    asked = {"client_id": settings.oidc_client_id, "post_logout_redirect_uri": back}
    return _with(end, asked) if end else back


def _require_extra() -> None:
    try:
        import authlib.oidc.core  # noqa: F401 - whether it is there
    except ImportError as error:
        raise UnavailableError(ABSENT) from error


def _back(settings: Settings) -> str:
    return f"{settings.link_base}{BACK}"


def _with(address: str, asked: dict[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"


def _provider(now: datetime, *, anew: bool = False) -> Provider:
    issuer = load_settings().oidc_issuer.rstrip("/")
    known = _known.get(issuer)
    if known is None or anew or now - known.read_at > KEPT_FOR:
        facts = _read(f"{issuer}/.well-known/openid-configuration")
        if str(facts.get("issuer", "")).rstrip("/") != issuer:
            raise UnavailableError(AWAY)
        _known[issuer] = known = Provider(facts, _read(facts["jwks_uri"]), now)
    return known


def _client(settings: Settings) -> httpx2.Client:
    known = str(settings.oidc_ca_file) if settings.oidc_ca_file else None
    return httpx2.Client(verify=ssl.create_default_context(cafile=known), timeout=SECONDS)


def _read(address: str) -> dict[str, Any]:
    try:
        with _client(load_settings()) as client:
            found: dict[str, Any] = client.get(address).raise_for_status().json()
    except (httpx2.HTTPError, ValueError) as error:
        raise UnavailableError(AWAY) from error
    return found


def _exchange(settings: Settings, provider: Provider, begun: Begun, code: str) -> str:
    """Return the signed statement (id_token) that the server gives for a code."""
    secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else ""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": _back(settings),
            "client_id": settings.oidc_client_id, "code_verifier": begun.verifier}  # fmt: skip
    ways = provider.facts.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    posted = secret and "client_secret_basic" not in ways
    basic = httpx2.BasicAuth(quote(settings.oidc_client_id, ""), quote(secret, ""))
    try:
        with _client(settings) as client:
            answer = client.post(
                provider.facts["token_endpoint"],
                data={**sent, "client_secret": secret} if posted else sent,
                auth=basic if secret and not posted else httpx2.USE_CLIENT_DEFAULT,
            )
        token = answer.json().get("id_token") if answer.is_success else None
    except (httpx2.HTTPError, ValueError) as error:
        raise UnavailableError(AWAY) from error
    if not isinstance(token, str):
        raise NotPermittedError(DOUBTFUL)
    return token


def _believed(
    settings: Settings, provider: Provider, begun: Begun, token: str, now: datetime
) -> dict[str, Any]:
    """Return the claims of a statement after all checks."""
    from authlib.common.errors import AuthlibBaseError
    from authlib.oidc.core import CodeIDToken
    from joserfc.errors import JoseError

    try:
        signed = _signed(provider, token, now)
        wanted = {"iss": {"essential": True, "value": provider.facts["issuer"]},
                  "aud": {"essential": True, "value": settings.oidc_client_id}}  # fmt: skip
        known = {"nonce": begun.nonce, "client_id": settings.oidc_client_id}
        claims = CodeIDToken(signed.claims, signed.header, wanted, known)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except (JoseError, AuthlibBaseError, ValueError, KeyError) as error:
        raise NotPermittedError(DOUBTFUL) from error
    return dict(claims)


def _signed(provider: Provider, token: str, now: datetime) -> Any:
    """Return a statement whose signature is right; keys may have changed since they were read."""
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        return jwt.decode(token, KeySet.import_key_set(provider.keys), algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        keys = _provider(now, anew=True).keys
        return jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)
