"""The token of a form as a page shows it: another one on every page, and always the same secret.

Pages go out compressed. Whoever sees how long many of them are could otherwise guess a secret that
never changes, piece by piece (BREACH). Each page therefore carries the token under a fresh pad.
"""

import base64
import secrets


def masked(token: str) -> str:
    """Return a token as one page shows it: a random pad, and the token under it."""
    pad = secrets.token_bytes(len(token.encode()))
    return base64.urlsafe_b64encode(pad + _under(pad, token.encode())).decode()


def matches(shown: str, token: str) -> bool:
    """Return whether a form brought back the token it was given; never true of no token."""
    return bool(token) and secrets.compare_digest(_unmasked(shown), token.encode())


def _unmasked(shown: str) -> bytes:
    try:
        both = base64.urlsafe_b64decode(shown)
    except ValueError:
        return b""
    half = len(both) // 2
    return _under(both[:half], both[half:])


def _under(pad: bytes, token: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, token, strict=False))
