"""The caller B: an ordinary Foolscap program that holds a FURL of C, and knows nothing of relays."""

import argparse
import hashlib
import os
import time

from foolscap.api import Referenceable
from twisted.internet import defer, reactor

import peerlib
from peerlib import emit

VALUES = [
    None, True, False,
    0, 1, -1, 2**31 - 1, 2**31, -2**31, -2**31 - 1, 2**63, -2**63, 10**30, -10**30,
    0.0, -2.25, 1e300, float("inf"), float("-inf"),
    b"", b"bytes", b"list", bytes(range(256)),
    "", "text", "list", "grüß ☃ 😀",
    [], [1, [2]], (), (1, "two", b"three"),
    {}, {"a": 1, "b": [2]}, {1: "a", 2: "b"}, {(1, "x"): None},
    set(), {7}, frozenset(), frozenset({8}),
    {"a": [1, (2, {"b": {3}}), frozenset({b"x"})], "z": None},
    [({"k": ({"inner"}, [b"\x00\xff", -1.5])},), [[[]]], {"n": {"n": {"n": 2**70}}}],
]


class StepFailed(Exception):
    pass


def check(condition, text):
    if not condition:
        raise StepFailed(text)


def same(a, b):
    """Equal in value and in type, all the way down."""
    if type(a) is not type(b):
        return False
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, (set, frozenset)):
        return a == b and sorted(type(x).__name__ for x in a) == sorted(type(x).__name__ for x in b)
    if isinstance(a, dict):
        return len(a) == len(b) and all(any(same(k, l) and same(v, w) for l, w in b.items()) for k, v in a.items())
    return a == b


class Pinged(Referenceable):
    def __init__(self):
        self.values = []

    def remote_ping(self, value):
        self.values.append(value)
        return ["pong", value]


class B(peerlib.Peer):
    c = None
    dropped = False

    async def start(self):
        self.tub = peerlib.PeerTub()
        self.tub.startService()
        self.mine = Pinged()
        started = time.monotonic()
        try:
            self.c = await peerlib.awaitable(self.tub.getReference(self.args.furl))
        except Exception as e:
            emit("failed", error="%s: %s" % (type(e).__name__, e))
            self.end(3)
            return
        emit("connected", tubid=self.tub.tubID, seconds=round(time.monotonic() - started, 4))
        for name in self.args.steps.split(","):
            await self._step(name)
        emit("done")

    async def stop(self):
        if not self.dropped:
            self.dropped = True
            await defer.maybeDeferred(self.tub.stopService)

    async def _step(self, name):
        started = time.monotonic()
        ok = False
        try:
            step = defer.Deferred.fromCoroutine(getattr(self, "step_" + name)())
            step.addTimeout(self.args.timeout, reactor)
            detail = await step
            ok = True
        except Exception as e:
            detail = "%s: %s" % (type(e).__name__, e)
        emit(step=name, ok=ok, detail=detail, seconds=round(time.monotonic() - started, 4))

    # -- the steps

    async def step_types(self):
        for value in VALUES:
            answer = await peerlib.call(self.c, "echo", value)
            check(same(value, answer), "%r came back as %r" % (value, answer))
        twin = [1]
        answer = await peerlib.call(self.c, "echo", [twin, twin])
        check(same(answer, [[1], [1]]), "the twins came back as %r" % (answer,))
        check(answer[0] is answer[1], "the twins came back as two lists")
        everything = VALUES + [twin, twin]
        answer = await peerlib.call(self.c, "echo", everything)
        check(same(everything, answer), "all values in one list came back as %r" % (answer,))
        check(answer[-1] is answer[-2], "the twins at the end came back as two lists")
        return "%d values" % len(VALUES)

    async def step_error(self):
        message = "this is meant to fail: grüß"
        try:
            answer = await peerlib.call(self.c, "fail", message)
        except Exception as e:
            text = str(e)
        else:
            raise StepFailed("fail answered %r" % (answer,))
        check(message in text, "the failure reads %r" % text)
        check(await peerlib.call(self.c, "echo", "alive") == "alive", "the connection is dead")
        return text

    async def step_callback(self):
        value = {"value": [1, "two", b"three"]}
        answer = await peerlib.call(self.c, "callback", self.mine, value)
        check(same(answer, ["pong", value]), "answered %r" % (answer,))
        check(self.mine.values == [value], "ping got %r" % (self.mine.values,))
        return "ping came"

    async def step_up(self):
        data = os.urandom(self.args.size)
        answer = await peerlib.call(self.c, "sha256", data)
        check(answer == hashlib.sha256(data).hexdigest(), "C read %r" % (answer,))
        return "%d bytes" % len(data)

    async def step_down(self):
        data, digest = await peerlib.call(self.c, "blob", self.args.size)
        check(len(data) == self.args.size, "%d bytes came" % len(data))
        check(digest == hashlib.sha256(data).hexdigest(), "the bytes differ from what C sent")
        return "%d bytes" % len(data)

    async def step_many(self):
        order = []
        calls = []
        for i in range(32):
            d = self.c.callRemote("slow" if i % 2 == 0 else "echo", ["call", i])
            d.addCallback(lambda answer, i=i: (order.append(i), answer)[1])
            calls.append(d)
        answers = await defer.gatherResults(calls, consumeErrors=True)
        for i, answer in enumerate(answers):
            check(same(answer, ["call", i]), "call %d answered %r" % (i, answer))
        check(order.index(31) < order.index(0), "a slow call held up the others: %r" % order)
        return "%d answers" % len(answers)

    async def step_pour(self):
        """Sends and gets back data for as long as it lives; tells of each round."""
        while True:
            data = os.urandom(256 * 1024)
            answers = await defer.gatherResults([self.c.callRemote("echo", data) for _ in range(4)], consumeErrors=True)
            check(all(answer == data for answer in answers), "other bytes came back")
            emit("poured", bytes=4 * len(data))

    async def step_hello(self):
        check(await peerlib.call(self.c, "hello", self.mine) is None, "hello answered something")
        return "said"

    # -- commands

    def command_watch(self):
        self.c.notifyOnDisconnect(emit, "disconnected")
        emit("watching")

    async def command_lost(self):
        emit("lost", count=await peerlib.call(self.c, "lost"))

    async def command_drop(self):
        await self.stop()
        emit("dropped")


def main():
    steps = "types,error,callback,up,down,many,hello"
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--furl", required=True)
    parser.add_argument("--steps", default=steps, help="which steps, in this order; default: " + steps)
    parser.add_argument("--size", type=int, default=8 * 1024 * 1024, help="bytes of the steps up and down")
    parser.add_argument("--timeout", type=float, default=60, help="seconds for one step")
    B(parser.parse_args()).run()


if __name__ == "__main__":
    main()
