"""Random answers of hostile and broken servers: wrong in their bytes, headers, framing, JSON, or speed."""

import json
import random
from typing import NamedTuple

ID = "we_1"
GOOD = {
    "webhook_endpoint_id": ID,
    "url": "https://example.com/hooks",
    "enabled_events": ["a"],
    "status": "enabled",
    "created_at": "2026-06-12T18:40:00Z",
    "signing_secret": "whsec_kkVbNz31qPe8RmT4cYxAhD2w",
}
_STATUSES = [200, 200, 200, 201, 202, 204, 206, 299, 100, 101, 103, 301, 302, 304, 307, 400, 401, 403, 404, 404, 408]
_STATUSES += [409, 410, 418, 422, 429, 431, 500, 502, 503, 504, 599, 600, 999, 0, 99, 1000]
_NUMBERS = ["NaN", "Infinity", "-Infinity", "9" * 5000, "1e999", "-0", "1.5", "true", "null", "[]", "{}", '""']
_TEXTS = ["", " ", "\x00", "\ud800", "a\udfffb", "\u202e", "\x1b[2J", "x" * 10_000, "\r\n", "\ufeff", "we_2", "../we_1"]
_HEADERS = [
    b"Content-Type: text/html; charset=utf-16",
    b"Content-Type: application/json; charset=zlib",
    b"Content-Type: \xff\xfe",
    b"Content-Encoding: gzip",
    b"Content-Encoding: gzip, gzip",
    b"Content-Encoding: identity",
    b"Content-Encoding: \xe9",
    b"Content-Length: 0",
    b"Content-Length: -1",
    b"Content-Length: abc",
    b"Content-Length: 99999999999999999999",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: nonsense",
    b"Retry-After: 0",
    b"Retry-After: 86400",
    b"Retry-After: -1",
    b"Retry-After: " + b"9" * 400,
    b"Retry-After: Mon, 23 Nov 99999999999999999999 12:00:00 GMT",
    b"Retry-After: Mon, 23 Nov 0001 00:00:00 +9999",
    b"Retry-After: \xb2",
    b"MD-Request-Id: req_\x1b[31m",
    b"MD-Request-Id: " + b"r" * 50_000,
    b"MD-Request-Id: \xff\xfe",
    b"Location: https://[::1",
    b"Location: //\xff",
    b"Location: http://a..b/",
    b"Set-Cookie: a=b; Max-Age=" + b"9" * 400,
    b"Set-Cookie: \x7f=\xff; Expires=never",
    b"Connection: close",
    b"Connection: upgrade\r\nUpgrade: h2c",
    b" folded",
    b"no colon",
    b": no name",
    b"N\x00: x",
    b"X-Long: " + b"x" * 200_000,
    *[b"X-%d: y" % number for number in range(3)],
]


class Answer(NamedTuple):
    """What a server does with one request.

    Attributes:
        parts: What it sends, one after another.
        pause_seconds: After each part.
        keeps_open: Whether it doesn't hang up then.
    """

    parts: list[bytes]
    pause_seconds: float = 0.0
    keeps_open: bool = False


def random_answer(chance: random.Random) -> Answer:
    """An answer that is wrong in some way, or in several; now and then a good one."""
    body = _body(chance)
    whole = _framed(chance, body)
    if chance.random() < 0.25:
        whole = _mutated(chance, whole)
    if chance.random() < 0.1:
        whole = whole[: chance.randrange(len(whole) + 1)]
    if chance.random() < 0.05:
        whole += whole
    keeps_open = chance.random() < 0.02
    if chance.random() < 0.02:
        return Answer([whole[i : i + 1] for i in range(200)], 0.01, keeps_open)
    cuts = sorted(chance.randrange(len(whole) + 1) for _ in range(chance.randrange(3)))
    return Answer([whole[i:j] for i, j in zip([0, *cuts], [*cuts, len(whole)], strict=True)], 0.0, keeps_open)


def _body(chance: random.Random) -> bytes:
    kind = chance.randrange(12)
    if kind < 5:
        return _encoded(chance, _endpoint(chance))
    if kind < 7:
        entries = [_endpoint(chance) for _ in range(chance.randrange(4))]
        has_more = chance.choice([False, False, False, True, None, "yes"])
        return _encoded(chance, {"data": entries, "has_more": has_more})
    if kind == 7:
        error = {"code": chance.choice(["not_found", "x", "\ud800", ""]), "message": chance.choice(_TEXTS)}
        return _encoded(chance, chance.choice([{"error": error}, error, [error], error["code"]]))
    return chance.choice(
        [
            b"",
            b"<html><title>Log in</title>",
            b"<title>" * 1000,
            b"[" * 100_000,
            b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
            b"\x00" * 100,
            bytes(chance.randrange(256) for _ in range(200)),
            b'{"deleted": false}',
            b'{"deleted": true, "webhook_endpoint_id": "we_1"}',
            b'{"webhook_endpoint_id": "we_1", "webhook_endpoint_id": "we_2"}',
            b"\xef\xbb\xbf{}",
            b"\xff\xfe{\x00}\x00",
            b'"\xed\xa0\x80"',
            b"\x1f\x8b\x08\x00garbage",
            b"x" * 300_000,
        ]
    )


def _endpoint(chance: random.Random) -> object:
    endpoint: dict[str, object] = dict(GOOD)
    for name in chance.sample(list(GOOD), chance.randrange(3)):
        how = chance.randrange(4)
        if how == 0:
            del endpoint[name]
        else:
            endpoint[name] = chance.choice(_TEXTS) if how == 1 else _Raw(chance.choice(_NUMBERS))
    if chance.random() < 0.1:
        endpoint["enabled_events"] = [chance.choice(_TEXTS), _Raw(chance.choice(_NUMBERS))]
    return endpoint


class _Raw(str):
    """Text that stands in JSON as it is."""

    __slots__ = ()


def _encoded(chance: random.Random, value: object) -> bytes:
    text = json.dumps(value, default=str, ensure_ascii=chance.random() < 0.7)
    for number in _NUMBERS:  # a _Raw was quoted as any text
        text = text.replace(json.dumps(number), number) if number != '""' else text
    encoding = chance.choice(["utf-8"] * 8 + ["utf-16", "utf-8-sig", "utf-32-le"])
    return text.encode(encoding, "surrogatepass")


def _framed(chance: random.Random, body: bytes) -> bytes:
    if chance.random() < 0.4:  # only the body is wrong, if anything
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    start = b"HTTP/1.1 %d Words" % chance.choice(_STATUSES)
    if chance.random() < 0.05:
        start = chance.choice(
            [b"HTTP/0.9 200", b"HTTP/2 200 OK", b"ICY 200 OK", b"", b"HTTP/1.1 200 \xff", b"SSH-2.0-x"]
        )
    lines = [start, *chance.sample(_HEADERS, chance.choice([0, 0, 1, 1, 2, 3]))]
    if chance.random() < 0.5:
        lines.append(b"Content-Type: application/json")
    framing = chance.randrange(10)
    if framing < 6:
        lines.append(b"Content-Length: %d" % (len(body) + chance.choice([0] * 10 + [-1, 1, 100])))
    elif framing < 8:
        lines.append(b"Transfer-Encoding: chunked")
        body = _chunked(chance, body)
    floods = [b"HTTP/1.1 103 Early\r\nLink: x\r\n\r\n" * chance.choice([1, 50, 3000])] if chance.random() < 0.03 else []
    return b"".join([*floods, b"\r\n".join(lines), b"\r\n\r\n", body])


def _chunked(chance: random.Random, body: bytes) -> bytes:
    sizes = [b"%x" % len(body), b"%x;x=y" % len(body), b"%x" % (len(body) + 1), b"g", b"-1", b"f" * 30, b""]
    return (
        chance.choice([sizes[0]] * 6 + sizes)
        + b"\r\n"
        + body
        + b"\r\n"
        + chance.choice([b"0\r\n\r\n"] * 5 + [b"", b"0\r\nX"])
    )


def _mutated(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 8])):
        at = chance.randrange(len(changed) + 1)
        changed[at : at + chance.choice([0, 1, 1, 4])] = bytes(
            chance.randrange(256) for _ in range(chance.choice([0, 1, 3]))
        )
    return bytes(changed)
