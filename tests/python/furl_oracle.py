"""Says what Python Foolscap makes of FURLs.

Reads one JSON string a line from stdin, and writes one JSON line for each:
null if decode_furl refuses the text, or else
{"tubid": ..., "name": ..., "hints": [{"text": ..., "host": ..., "port": ...}, ...]}
where text is the hint after convert_legacy_hint, and host and port are what
DefaultTCP would connect to, null if it refuses the hint.
"""

import json
import sys

from foolscap.connections import tcp
from foolscap.furl import BadFURLError, decode_furl
from foolscap.ipb import InvalidHintError

# Python 3.11 refuses to read integers of more than 4300 digits, unless it is
# told not to. The limit belongs to the interpreter and not to Foolscap's
# rules, and it hides what those say about long ports.
if hasattr(sys, "set_int_max_str_digits"):
    sys.set_int_max_str_digits(0)

# The endpoint itself would only want to resolve the name.
tcp.HostnameEndpoint = lambda reactor, host, port: (host, port)


def judge_hint(hint):
    text = tcp.convert_legacy_hint(hint)
    try:
        (host, port), _ = tcp.DefaultTCP().hint_to_endpoint(text, None, None)
    except InvalidHintError:
        host, port = None, None
    # as text: JSON has no integers of this size
    return {"text": text, "host": host, "port": None if port is None else str(port)}


def judge(furl):
    try:
        tubid, hints, name = decode_furl(furl)
    except (BadFURLError, ValueError):
        return None
    return {"tubid": tubid, "name": name, "hints": [judge_hint(hint) for hint in hints]}


for line in sys.stdin:
    print(json.dumps(judge(json.loads(line))))
