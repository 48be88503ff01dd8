"""Verify an audit export: python verify_audit.py [PUBLIC_KEY] < FILE; needs `cryptography`."""
import json
import sys
from hashlib import sha256
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey as Key
def digest(value):
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
def signed(one, key, what):
    Key.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(one["signature"]), what)
def check(lines, public_key=None):
    whole, rows, ends, lines = sha256(), {"ticket_event": [], "audit_entry": []}, {}, iter(lines)
    for line, one in ((line, json.loads(line)) for line in lines):
        name = one.get("stream", one.get("log"))  # a chain: of a ticket, of an account, of seals
        length, previous = ends.get(name, (0, "00" * 32))
        if one["type"] == "header":
            newest, until = one["public_key"], {one["public_key"]: float("inf")}
            for old in one.get("successions", [])[::-1]:  # each key signed the one after it
                signed(old, old["public_key"], f"{old['next']} {old['last_seal']}".encode())
                until |= {old["public_key"]: old["last_seal"]} if old["next"] in until else {}
            assert public_key in (None, *until), "signed by another key"
        elif one["type"] == "row":
            body = {"stream": name, "facts": one["facts"], "previous": previous, "seq": length + 1}
            body["words"] = digest(one["words"]) if "words" in one else one["words_digest"]
            rows[one["log"]].append((one["id"], bytes.fromhex(one["link"])))
        elif one["type"] == "seal":
            had = b"".join(link for n, link in rows[name] if one["from"] <= n <= one["to"])
            body = {x: one[x] for x in ("log", "from", "to")} | {"previous": previous}
            body |= {"rows": len(had) // 32, "root": sha256(had).hexdigest()}
            assert one.get("id", 0) <= until[one.get("key", newest)], "signed after its key's time"
            signed(one, one.get("key", newest), bytes.fromhex(one["link"]))
        else:
            assert not any(lines), "something stands after the signature"
            return signed(one, newest, whole.digest()) or rows
        assert name is None or digest(body) == one["link"], f"{name}: {body}, altered or missing"
        ends[name] = (length + 1, one.get("link"))
        whole.update(line)
    raise AssertionError("cut off: the last line, a signature, is missing")
if __name__ == "__main__":
    print({log: len(found) for log, found in check(sys.stdin.buffer, *sys.argv[1:]).items()})
