#!/usr/bin/env python3
"""Verifies a receipt of the hub, offline: python3 verify-receipt.py RECEIPT LOG_KEY [ENVELOPE]

RECEIPT   the receipt, as the hub gave it
LOG_KEY   the log's verifier key, name+id+base64, got from the hub's operator on a trusted way (a file, or the text)
ENVELOPE  the exact bytes that were sent; without it, only the hub's own statement is verified

Needs Python 3 and the program openssl, nothing else. Prints each check; exit code 0 when all hold, else 1.
Formats: c2sp.org/tlog-proof, c2sp.org/tlog-checkpoint, c2sp.org/signed-note (type 0x02), RFC 9162 section 2.1.
"""
import base64
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import tempfile


def need(condition, message):
    if not condition:
        raise ValueError(message)


def unbase64(text):
    data = base64.b64decode(text.encode("ascii"), validate=True)
    need(base64.b64encode(data).decode() == text, "base64 is not in its one form")
    return data


def decimal(text):
    need(re.fullmatch("0|[1-9][0-9]{0,18}", text), "not a decimal number: " + text[:30])
    return int(text)


def strict_json(text):
    def members(pairs):
        need(len(dict(pairs)) == len(pairs), "a JSON member stands twice")
        return dict(pairs)
    return json.loads(text, object_pairs_hook=members)


def is_canonical(text):
    """As RFC 8785 wants it, for the values that the hub's entries hold: texts and whole numbers."""
    return json.dumps(strict_json(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False) == text


def read_key(argument):
    if pathlib.Path(argument).is_file():
        argument = pathlib.Path(argument).read_text().strip()
    name, key_id, key = argument.split("+", 2)
    key = unbase64(key)
    need(key[:1] == b"\x02", "the log key is not of type 0x02 (ECDSA)")
    need(hashlib.sha256(key[1:]).hexdigest()[:8] == key_id, "the log key's id does not fit the key")
    return name, bytes.fromhex(key_id), key[1:]


def openssl_verifies(public_key, text, signature):
    with tempfile.TemporaryDirectory() as folder:
        paths = [pathlib.Path(folder, name) for name in ("key", "signature", "text")]
        for path, data in zip(paths, (public_key, signature, text)):
            path.write_bytes(data)
        command = ["openssl", "dgst", "-sha256", "-keyform", "DER", "-verify", paths[0], "-signature", paths[1], paths[2]]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def open_note(note, name, key_id, public_key):
    """The text of a signed note: one signature by the key at least, and none of its signatures false."""
    need(not re.search("[\x00-\x09\x0b-\x1f]", note) and note.endswith("\n"), "the checkpoint is not a signed note")
    text, _, lines = note.rpartition("\n\n")
    text += "\n"
    verified = False
    for line in lines[:-1].split("\n"):
        match = re.fullmatch("\u2014 ([^\\s+]+) (\\S+)", line)
        need(match, "a signature line of the checkpoint is malformed")
        signature = unbase64(match[2])
        if match[1] == name and signature[:4] == key_id:
            need(openssl_verifies(public_key, text.encode(), signature[4:]), "the checkpoint's signature is false")
            verified = True
    need(verified, "the checkpoint is not signed by the key " + name)
    return text


def root_of(index, size, leaf, proof):
    """RFC 9162, section 2.1.3.2."""
    need(index < size, "the index is outside the tree")
    node, last, root = index, size - 1, leaf
    for sibling in proof:
        need(len(sibling) == 32 and last > 0, "the inclusion proof has a wrong length")
        if node & 1 or node == last:
            root = hashlib.sha256(b"\x01" + sibling + root).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + sibling).digest()
        node, last = node >> 1, last >> 1
    need(last == 0, "the inclusion proof has a wrong length")
    return root


def verify(receipt, key, envelope=None):
    name, key_id, public_key = read_key(key)
    head, separator, note = receipt.partition("\n\n")
    lines = head.split("\n")
    need(separator and len(lines) >= 3 and lines[0] == "c2sp.org/tlog-proof@v1", "not a tlog-proof")
    need(lines[1].startswith("extra ") and lines[2].startswith("index "), "not a receipt: 'extra' or 'index' is missing")
    extra = strict_json(unbase64(lines[1][6:]).decode())
    need(sorted(extra) == ["body", "header", "salt"] and re.fullmatch("[0-9a-f]{64}", extra["salt"]), "the extra data is not that of a receipt")

    checkpoint = open_note(note, name, key_id, public_key).split("\n")
    need(checkpoint[0] == name and all(checkpoint[:-1]), "the checkpoint is of another log: " + checkpoint[0])
    size, root = decimal(checkpoint[1]), unbase64(checkpoint[2])
    print(f"ok  checkpoint of {name}, {size} entries, signed by its key")

    index, leaf = decimal(lines[2][6:]), hashlib.sha256(b"\x00" + extra["header"].encode()).digest()
    need(root_of(index, size, leaf, [unbase64(line) for line in lines[3:]]) == root, "the inclusion proof does not lead to the root")
    print(f"ok  entry {index} is in that tree")

    header, body = strict_json(extra["header"]), strict_json(extra["body"])
    need(is_canonical(extra["header"]) and is_canonical(extra["body"]), "header or body is not in canonical form")
    need(header.get("v") == 1 and header.get("kind") == "message.accepted", "the entry accepts no message")
    commitment = hashlib.sha256(bytes.fromhex(extra["salt"]) + extra["body"].encode()).hexdigest()
    need(header["commitment"] == commitment, "the entry does not commit to this body")
    need(header["key"] == hashlib.sha256(f"{body['from']}\n{body['id']}".encode()).hexdigest(), "the message key is not that of sender and id")
    print(f"ok  it says: message {body['id']} of {body['from']} was accepted at {header['time']}, SHA-256 {body['sha256']}")

    if envelope is not None:
        need(hashlib.sha256(envelope).hexdigest() == body["sha256"], "the envelope given is not the one accepted: other bytes")
        print(f"ok  the envelope given is the one accepted ({len(envelope)} bytes)")


def main(arguments):
    if len(arguments) not in (2, 3):
        sys.exit(__doc__)
    try:
        receipt, *envelope = [pathlib.Path(argument).read_bytes() for argument in arguments[:1] + arguments[2:]]
        verify(receipt.decode(), arguments[1], *envelope)
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as refused:
        print(f"FAILED  {refused}")
        return 1
    print("The receipt is valid.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
