"""Verify an audit export: python verify_audit.py [PUBLIC_KEY] < FILE; needs `cryptography`."""

import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def digest(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(lines, public_key=None):
    whole, rows, ends = hashlib.sha256(), {"ticket_event": [], "audit_entry": []}, {}
    for line in lines:
        one = json.loads(line)
        if one["type"] == "header":
            assert public_key in (None, one["public_key"]), "signed by another key"
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["public_key"]))
        elif one["type"] == "row":
            seq, previous = ends.get(one["stream"], (0, "00" * 32))
            body = {"previous": previous, "words": one["words_digest"]}
            body |= {part: one[part] for part in ("stream", "seq", "facts")}
            assert one["seq"] == seq + 1, f"{one['stream']}: row {seq + 1} is missing"
            assert digest(body) == one["link"], f"{one['stream']}: row {seq + 1} was altered"
            assert "words" not in one or digest(one["words"]) == one["words_digest"], one["stream"]
            ends[one["stream"]] = (one["seq"], one["link"])
            rows[one["log"]].append((one["id"], bytes.fromhex(one["link"])))
        elif one["type"] == "seal":
            body = {part: one[part] for part in ("log", "from", "to", "rows", "root")}
            inside = [link for row, link in rows[one["log"]] if one["from"] <= row <= one["to"]]
            found = [len(inside), hashlib.sha256(b"".join(inside)).hexdigest()]
            assert found == [one["rows"], one["root"]], f"rows missing or new: {body}"
            body["previous"] = ends.get(one["log"], "00" * 32)
            assert digest(body) == one["link"], f"a seal before this one is missing: {body}"
            key.verify(bytes.fromhex(one["signature"]), bytes.fromhex(one["link"]))
            ends[one["log"]] = one["link"]
        else:
            return key.verify(bytes.fromhex(one["signature"]), whole.digest()) or rows
        whole.update(line)
    raise AssertionError("cut off: the last line, a signature, is missing")


if __name__ == "__main__":
    print({log: len(found) for log, found in check(sys.stdin.buffer, *sys.argv[1:]).items()})
