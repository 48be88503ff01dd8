"""A forger of exports: has what was exported and a key of his own, none of the house's."""

import json
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.actions.audit_key import public_of
from engine.store import chain


def forged(lines):
    """Return the lines with one entry altered and everything linked, sealed and signed anew.

    The successions in the header stay as the house wrote them.
    """
    key = Ed25519PrivateKey.generate()
    made = _Forgery(key, public_of(key).hex())
    written = [chain.canonical(made.line(json.loads(one))) + b"\n" for one in lines[:-1]]
    whole = sha256(b"".join(written)).digest()
    end = {"type": "signature", "sha256": whole.hex(), "signature": key.sign(whole).hex()}
    return [*written, chain.canonical(end) + b"\n"]


class _Forgery:
    def __init__(self, key, public):
        self.key, self.public, self.ends, self.links = key, public, {}, {}

    def line(self, one):
        """Return what the forger writes in the place of a line."""
        return {**one, **getattr(self, one["type"])(one)}

    def header(self, _one):
        """Name the forger's key."""
        return {"public_key": self.public}

    def row(self, one):
        """Link a row to the one before it."""
        facts = {**one["facts"], "actor": ["system", None, "伪造"]}
        seq, previous = self.ends.get(one["stream"], (0, chain.BEGINNING))
        words = bytes.fromhex(one["words_digest"])
        link = chain.link(previous, one["stream"], seq + 1, facts, words)
        self.ends[one["stream"]] = (seq + 1, link)
        self.links.setdefault(one["log"], []).append((one["id"], link))
        return {"facts": facts, "link": link.hex()}

    def seal(self, one):
        """Seal with the forger's key."""
        log, span = one["log"], (one["from"], one["to"])
        inside = [link for row, link in self.links[log] if span[0] <= row <= span[1]]
        root = chain.root(b"".join(inside))
        link = chain.seal_link(self.ends.get(log, chain.BEGINNING), log, span, len(inside), root)
        self.ends[log] = link
        return {"rows": len(inside), "root": root.hex(), "link": link.hex(),
                "key": self.public, "signature": self.key.sign(link).hex()}  # fmt: skip
