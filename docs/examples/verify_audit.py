"""Verify an exported audit log: python verify_audit.py FILE [PUBLIC_KEY]; needs cryptography."""

import hashlib
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def digest(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def check(lines, public_key=None):
    whole, rows, ends = hashlib.sha256(), {"ticket_event": [], "audit_entry": []}, {}
    for line in map(bytes, lines):
        one = json.loads(line)
        if one["type"] == "header":
            assert public_key in (None, one["public_key"]), "signed by another key"
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(one["public_key"]))
        elif one["type"] == "row":
            name, (seq, previous) = one["stream"], ends.get(one["stream"], (0, "00" * 32))
            assert one["seq"] == seq + 1, f"{name}: row {seq + 1} is missing"
            body = {"previous": previous, "stream": name, "seq": one["seq"], "facts": one["facts"]}
            assert digest({**body, "words": one["words_digest"]}) == one["link"], (
                f"{name} {seq + 1}"
            )
            assert "words" not in one or digest(one["words"]) == one["words_digest"], (
                f"{name} words"
            )
            ends[name] = (one["seq"], one["link"])
            rows[one["log"]].append((one["id"], bytes.fromhex(one["link"])))
        elif one["type"] == "seal":
            span = {part: one[part] for part in ("log", "from", "to", "rows", "root")}
            inside = [link for row, link in rows[one["log"]] if one["from"] <= row <= one["to"]]
            root = hashlib.sha256(b"".join(inside)).hexdigest()
            assert (len(inside), root) == (one["rows"], one["root"]), f"rows of a seal: {span}"
            assert (
                digest({"previous": ends.get("seal " + one["log"], "00" * 32), **span})
                == one["link"]
            )
            key.verify(bytes.fromhex(one["signature"]), bytes.fromhex(one["link"]))
            ends["seal " + one["log"]] = one["link"]
        else:
            return key.verify(bytes.fromhex(one["signature"]), whole.digest()) or rows
        whole.update(line)
    raise AssertionError("cut off: the last line, a signature, is missing")


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as export:
        found = check(export, *sys.argv[2:])
    print(sum(map(len, found.values())), "rows verified")
