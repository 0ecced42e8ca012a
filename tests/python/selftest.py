"""Tries the Python peers on each other: relay, relay client, the Tub C and callers B, as processes.

    python3 selftest.py [--keep] [NAME ...]

Prints a PASS or FAIL line for each check; exit code 0 when all have passed. NAME picks tests by a part of their name.
"""

import argparse
import hashlib
import json
import os
import queue
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from foolscap.api import Referenceable
from twisted.internet import defer, reactor, task
from twisted.internet.threads import deferToThread

import peerlib

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.join(HERE, "..", "..", "samples", "python")
STEPS = ["types", "error", "callback", "up", "down", "many", "hello"]
TIMEOUT = 30
MIB = 1024 * 1024


class Failed(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failed(text)


# ---- processes


class Process:
    """A peer, and the JSON lines that it prints."""

    def __init__(self, cell, program, *args, folder=HERE, plain=False):
        self.name = program
        self.may_end_with = 0
        self.plain = plain
        self.lines = queue.Queue()
        self.log = open(os.path.join(cell.folder, "%s-%d.log" % (program, len(cell.processes))), "wb")
        command = [sys.executable, os.path.join(folder, program), *args]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)
        cell.processes.append(self)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.decode().strip() if self.plain else json.loads(line))
        self.lines.put(None)

    def _next(self, timeout):
        try:
            return self.lines.get(timeout=timeout)
        except queue.Empty:
            return "nothing"

    async def line(self, timeout=TIMEOUT):
        return await deferToThread(self._next, timeout)

    async def event(self, name, timeout=TIMEOUT):
        """The next event of that name; others before it are passed over."""
        deadline = time.monotonic() + timeout
        while True:
            line = await self.line(max(0.01, deadline - time.monotonic()))
            check(isinstance(line, dict), "%s printed %s while waiting for %s" % (self.name, line, name))
            if line.get("event") == name:
                return line

    def tell(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()

    async def ask(self, command, event=None):
        self.tell(command)
        return await self.event(event or command.split()[0])

    def memory(self):
        """The resident memory in bytes."""
        with open("/proc/%d/statm" % self.process.pid) as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    async def end(self):
        """Closes stdin and waits; the exit code."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            return await deferToThread(self.process.wait, TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return await deferToThread(self.process.wait, TIMEOUT)

    async def kill(self):
        self.process.kill()
        await deferToThread(self.process.wait, TIMEOUT)


class Cell:
    """A relay and what belongs to it, for one test."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.tubs = []
        self.sockets = []

    def path(self, name):
        return os.path.join(self.folder, name)

    async def relay(self, *args, port=0, name="registrar"):
        self.relay_process = Process(self, "relay.py", "--listen", "127.0.0.1:%d" % port, "--pem", self.path("relay.pem"),
                                     "--name", name, *args)
        line = await self.relay_process.event("listening")
        self.port, self.registrar = line["port"], line["registrar"]
        return self.relay_process

    async def client(self, port, *args, pem="c.pem"):
        client = Process(self, "relay_client.py", "--registrar", self.registrar, "--pem", self.path(pem),
                         "--target", "127.0.0.1:%d" % port, *args)
        client.tubid = (await client.event("started"))["tubid"]
        client.hints = (await client.event("registered"))["hints"]
        return client

    async def c(self):
        c = Process(self, "target_c.py", "--pem", self.path("c.pem"), "--listen", "127.0.0.1:0")
        line = await c.event("listening")
        c.port, c.tubid = line["port"], line["tubid"]
        return c

    def b(self, furl, *args):
        b = Process(self, "caller_b.py", "--furl", furl, *args)
        b.may_end_with = 3  # getReference failed
        return b

    def tub(self):
        tub = peerlib.relay_tub()
        tub.startService()
        self.tubs.append(tub)
        return tub

    def listen(self):
        """A raw listening socket in place of C."""
        server = socket.create_server(("127.0.0.1", 0))
        server.settimeout(TIMEOUT)
        self.sockets.append(server)
        return server, server.getsockname()[1]

    def connect(self, request=None):
        """A raw socket in place of B."""
        s = socket.create_connection(("127.0.0.1", self.port), TIMEOUT)
        self.sockets.append(s)
        if request is not None:
            s.sendall(request)
        return s

    async def pair(self, server, tubid, rest=b""):
        """A raw B, and the raw socket on C's side that it leads to; the header has been read there."""
        request = b"GET /id/%s HTTP/1.1\r\nHost: x\r\n\r\n" % tubid.encode() + rest
        b = self.connect(request)
        c, _ = await deferToThread(server.accept)
        c.settimeout(TIMEOUT)
        self.sockets.append(c)
        check(await deferToThread(read_exactly, c, len(request)) == request, "the request came changed")
        return b, c

    async def stop(self):
        problems = []
        for s in self.sockets:
            s.close()
        for tub in self.tubs:
            if tub.running:
                tub.stopService()
        for process in reversed(self.processes):
            if process.process.poll() is None:
                code = await process.end()
                if code not in (0, process.may_end_with):
                    problems.append("%s ended with %s" % (process.name, code))
            process.log.close()
        for name in os.listdir(self.folder):
            if name.endswith(".log"):
                with open(self.path(name), errors="replace") as f:
                    text = f.read()
                if "most recent call last" in text or "Unhandled" in text:
                    problems.append("%s holds a traceback" % name)
        check(not problems, "; ".join(problems))


# ---- raw sockets, in threads


def read_exactly(s, size):
    data = bytearray()
    while len(data) < size:
        piece = s.recv(min(65536, size - len(data)))
        if not piece:
            raise Failed("end of stream after %d of %d bytes" % (len(data), size))
        data += piece
    return bytes(data)


def read_all(s):
    data = bytearray()
    while True:
        piece = s.recv(65536)
        if not piece:
            return bytes(data)
        data += piece


def reset(s):
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def ends_by_reset(s):
    try:
        read_all(s)
    except ConnectionResetError:
        return True
    return False


def send_until_stuck(s, limit, patience=1.5):
    """Sends until nothing has gone for a while; what went."""
    piece = os.urandom(65536)
    s.setblocking(False)
    sent, hashed, last = 0, hashlib.sha256(), time.monotonic()
    while sent < limit and time.monotonic() - last < patience:
        try:
            n = s.send(piece)
        except BlockingIOError:
            time.sleep(0.02)
            continue
        sent, last = sent + n, time.monotonic()
        hashed.update(piece[:n])
    s.setblocking(True)
    s.settimeout(TIMEOUT)
    return sent, hashed.hexdigest()


def read_hashed(s, size):
    hashed = hashlib.sha256()
    while size > 0:
        piece = s.recv(min(65536, size))
        if not piece:
            raise Failed("%d bytes are missing" % size)
        hashed.update(piece)
        size -= len(piece)
    return hashed.hexdigest()


def in_thread(function):
    return lambda *args: deferToThread(function, *args)


recv_exactly, recv_all, resets = in_thread(read_exactly), in_thread(read_all), in_thread(ends_by_reset)


async def until(condition, text, timeout=10):
    deadline = time.monotonic() + timeout
    while not condition():
        check(time.monotonic() < deadline, text)
        await task.deferLater(reactor, 0.02, lambda: None)


async def sleep(seconds):
    await task.deferLater(reactor, seconds, lambda: None)


async def fails(d):
    """The text of the error that a call must give."""
    try:
        answer = await peerlib.awaitable(d)
    except Exception as e:
        return str(e)
    raise Failed("no error, but %r" % (answer,))


async def stats_settle(process, **wanted):
    """Waits until the counters are what they should be, as decrefs need a moment."""
    for _ in range(100):
        line = await process.ask("stats")
        if all(line[key] == value for key, value in wanted.items()):
            return
        await sleep(0.1)
    raise Failed("%s still counts %s" % (process.name, line))


# ---- programs: real B, real C


async def all_steps(b):
    results = {}
    while True:
        line = await b.line(90)
        check(isinstance(line, dict), "B printed %s" % line)
        if line.get("event") == "done":
            break
        check(line.get("event") in (None, "connected"), "B printed %s" % line)
        if "step" in line:
            check(line["ok"], "%s: %s" % (line["step"], line["detail"]))
            results[line["step"]] = line["seconds"]
    check(list(results) == STEPS, "the steps were %s" % list(results))
    return results


async def test_two_callers_run_all_steps_through_relay_and_client(cell):
    await cell.relay()
    c = await cell.c()
    client = await cell.client(c.port)
    check(client.tubid == c.tubid, "the client has another TubID than C")
    furl = (await c.ask("location " + ",".join(client.hints), "furl"))["furl"]
    bs = [cell.b(furl), cell.b(furl)]
    seconds = await defer.gatherResults([defer.Deferred.fromCoroutine(all_steps(b)) for b in bs])
    await bs[0].ask("watch", "watching")
    check((await bs[0].ask("lost"))["count"] == 0, "C lost a B early")
    await bs[1].ask("drop", "dropped")
    await c.event("lost")
    check((await bs[0].ask("lost"))["count"] == 1, "C did not count the lost B")
    await stats_settle(cell.relay_process, streams=1)
    await stats_settle(client, streams=1)
    await c.kill()
    await bs[0].event("disconnected")
    # On the connection: registrar and listener, and nothing of the streams that are over.
    await stats_settle(cell.relay_process, streams=0, held=1, given=1)
    await stats_settle(client, streams=0, held=1, given=1)
    return ", ".join("%s %.2f s" % item for item in seconds[0].items())


async def test_small_windows_that_change_run_all_steps(cell):
    await cell.relay("--window", "70000", "--answers", "none,1000,65536,1,300000")
    c = await cell.c()
    client = await cell.client(c.port, "--window", "5000", "--answers", "100000,none,1,7,65537")
    furl = (await c.ask("location " + ",".join(client.hints), "furl"))["furl"]
    await all_steps(cell.b(furl, "--size", str(MIB)))


async def test_relay_lost_and_back(cell):
    relay = await cell.relay()
    c = await cell.c()
    client = await cell.client(c.port)
    furl = (await c.ask("location " + ",".join(client.hints), "furl"))["furl"]
    b = cell.b(furl, "--steps", "hello")
    await b.event("done")
    await b.ask("watch", "watching")
    port = cell.port
    await relay.kill()
    await b.event("disconnected")
    await c.event("lost")
    await client.event("lost")
    await cell.relay(port=port)
    await client.event("registered")
    b = cell.b(furl, "--steps", "hello")
    await b.event("done")


async def test_client_lost_and_back_and_unregister(cell):
    await cell.relay()
    c = await cell.c()
    client = await cell.client(c.port)
    furl = (await c.ask("location " + ",".join(client.hints), "furl"))["furl"]
    b = cell.b(furl, "--steps", "hello")
    await b.event("done")
    await b.ask("watch", "watching")
    await client.kill()
    await b.event("disconnected")
    check((await cell.relay_process.event("unregistered"))["why"] == "lost", "unregistered for another reason")
    other = cell.b(furl)
    error = (await other.event("failed"))["error"]
    check("404 Not Found: unknown TubID " + c.tubid in error, error)
    check(await other.end() == 3, "B did not exit with 3")
    client = await cell.client(c.port)
    b = cell.b(furl, "--steps", "hello")
    await b.event("done")
    await client.ask("unregister", "unregistered")
    check("404" in (await cell.b(furl).event("failed"))["error"], "still reachable after unregister")
    check((await b.ask("lost"))["count"] == 1, "unregister ended a relayed connection")
    check("not the registered listener" in (await client.ask("unregister", "error"))["error"], "unregistered twice")


async def test_c_away_is_a_503(cell):
    await cell.relay()
    c = await cell.c()
    client = await cell.client(c.port)
    furl = (await c.ask("location " + ",".join(client.hints), "furl"))["furl"]
    await c.kill()
    error = (await cell.b(furl).event("failed"))["error"]
    check("HTTP/1.1 503 Service Unavailable: " in error and "refused" in error, error)
    await stats_settle(client, streams=0, held=1, given=1)


async def test_samples(cell):
    await cell.relay()
    server, port = cell.listen()
    server.close()
    tub = Process(cell, "self_registering.py", cell.registrar, "--pem", cell.path("s.pem"), "--port", str(port),
                  folder=SAMPLES, plain=True)
    furl = await tub.line()
    for _ in range(2):
        caller = Process(cell, "caller.py", furl, folder=SAMPLES, plain=True)
        check(await caller.line() == "Hello, Python!", "the caller got another answer")
        check(await caller.end() == 0, "the caller's exit code")
    check((await deferToThread(subprocess.run, [sys.executable, os.path.join(HERE, "selftest.py"), "--bulk", furl])
           ).returncode == 0, "bytes went wrong")
    await stats_settle(cell.relay_process, streams=0, registrations=1)
    await tub.kill()
    caller = Process(cell, "caller.py", furl, folder=SAMPLES, plain=True)
    check(await caller.end() == 1, "the caller found a Tub that is gone")

    server, port = cell.listen()
    server.close()
    hint = "tcp:127.0.0.1:%d" % cell.port
    tub = Process(cell, "target.py", "--pem", cell.path("t.pem"), "--listen", "127.0.0.1:%d" % port, "--hint", hint,
                  folder=SAMPLES, plain=True)
    furl = await tub.line()
    await cell.client(port, pem="t.pem")
    caller = Process(cell, "caller.py", furl, folder=SAMPLES, plain=True)
    check(await caller.line() == "Hello, Python!", "the caller got another answer")
    check(await caller.end() == 0, "the caller's exit code")
    await tub.kill()


async def bulk(furl):
    """Sends the self-registering sample's greeter a long name, which comes back."""
    tub = peerlib.PeerTub()
    tub.startService()
    greeter = await peerlib.awaitable(tub.getReference(furl))
    names = ["x" * (MIB + i) for i in range(4)]
    answers = await defer.gatherResults([greeter.callRemote("greet", name) for name in names])
    await tub.stopService()
    return answers == ["Hello, %s!" % name for name in names]


# ---- raw sockets against the relay


async def refused(cell, request, status, text=b""):
    s = cell.connect(request)
    answer = await recv_all(s)
    check(answer.startswith(b"HTTP/1.1 " + status) and answer.endswith(b"\r\n\r\n"), "%r got %r" % (request[:60], answer))
    check(text in answer, "%r got %r" % (request[:60], answer))
    check(answer.count(b"\r\n") == 2, "more than a status line: %r" % answer)


async def test_what_is_refused_before_tls(cell):
    await cell.relay()
    unknown = "a" * 32
    await refused(cell, b"GET /id/%s HTTP/1.1\r\n\r\n" % unknown.encode(), b"404 Not Found: unknown TubID " + unknown.encode())
    await refused(cell, b"GET /id/nonsense HTTP/1.1\r\n\r\n", b"404 Not Found: unknown TubID nonsense")
    await refused(cell, "GET /id/grüß HTTP/1.1\r\n\r\n".encode(), b"404", "grüß".encode())
    await refused(cell, b"GET /id/\xff\xfe HTTP/1.1\r\n\r\n", b"404")
    await refused(cell, b"GET /id/ HTTP/1.1\r\n\r\n", b"400 Bad Request: ")
    await refused(cell, b"GET / HTTP/1.1\r\nHost: relay\r\nAccept: */*\r\n\r\n", b"400 Bad Request: ")
    await refused(cell, b"POST /id/x HTTP/1.1\r\n\r\n", b"400 Bad Request: ")
    await refused(cell, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"400 Bad Request: ")
    await refused(cell, os.urandom(100000), b"400 Bad Request: ")
    await refused(cell, b"GET /id/%s\r\n\r\n" % unknown.encode(), b"400 Bad Request: ")
    start = b"GET /id/%s HTTP/1.1\r\nX: " % unknown.encode()
    await refused(cell, start + b"x" * (4096 - len(start) - 4) + b"\r\n\r\n", b"404")
    await refused(cell, start + b"x" * (4097 - len(start) - 4) + b"\r\n\r\n", b"400 Bad Request: header too long")
    await refused(cell, start + b"x" * 200000, b"400 Bad Request: header too long")
    s = cell.connect(start)
    s.shutdown(socket.SHUT_WR)
    check((await recv_all(s)).startswith(b"HTTP/1.1 400 "), "a header that ends early")
    s = cell.connect()
    for byte in b"GET /id/%s HTTP/1.1\r\n\r\n" % unknown.encode():
        s.sendall(bytes([byte]))
        await sleep(0.001)
    check((await recv_all(s)).startswith(b"HTTP/1.1 404 "), "a header byte by byte")


async def test_the_relays_own_tub_answers_on_the_same_port(cell):
    await cell.relay()
    tub = cell.tub()
    registrar = await peerlib.awaitable(tub.getReference(cell.registrar))
    check("no attribute" in await fails(registrar.callRemote("nonsense")), "the registrar has a method too many")


class FakeListener(Referenceable):
    """A client's listener and handler in one, under the test's control."""

    def __init__(self, answer=None):
        self.answer = answer
        self.accepted = defer.DeferredQueue()
        self.writes = []
        self.ended = []
        self.hold = False
        self.held = []

    def remote_accept(self, responder, info):
        self.accepted.put((responder, info))
        return self if self.answer is None else self.answer

    def remote_write(self, data):
        self.writes.append(data)
        if self.hold:
            d = defer.Deferred()
            self.held.append((len(data), d))
            return d

    def remote_close(self):
        self.ended.append("close")

    def remote_abort(self, reason):
        self.ended.append("abort")

    @property
    def data(self):
        return b"".join(self.writes)

    def held_bytes(self):
        return sum(size for size, _ in self.held)


async def register(cell, listener, **options):
    tub = cell.tub()
    registrar = await peerlib.awaitable(tub.getReference(cell.registrar))
    answer = await peerlib.call(registrar, "register", tub.tubID, listener, options)
    return tub, registrar, answer


async def test_who_may_register(cell):
    await cell.relay("--hint", "tcp:relay.example.org:1", "--hint", "tcp:[::1]:2", port=0)
    cell.registrar = cell.registrar.replace("tcp:relay.example.org:1,tcp:[::1]:2", "tcp:127.0.0.1:%d" % cell.port)
    listener = FakeListener()
    tub, registrar, answer = await register(cell, listener)
    check(answer == {"version": 1, "hints": ["tcp:relay.example.org:1", "tcp:[::1]:2"]}, "answered %r" % answer)
    await peerlib.call(registrar, "register", tub.tubID.encode(), listener, {b"window": 5})
    await peerlib.call(registrar, "register", tub.tubID, listener, {"window": 5, "nonsense": [1]})

    other = cell.tub()
    their = await peerlib.awaitable(other.getReference(cell.registrar))
    text = await fails(their.callRemote("register", tub.tubID, FakeListener(), {}))
    check("may not register" in text, text)
    text = await fails(their.callRemote("unregister", tub.tubID, FakeListener()))
    check("not the registered listener" in text, text)
    for arguments in [(other.tubID, None, {}), (other.tubID, "x", {}), (other.tubID, their, {}), (7, FakeListener(), {}),
                      (other.tubID, FakeListener(), None), (other.tubID, FakeListener(), {"window": 0}),
                      (other.tubID, FakeListener(), {"window": True}), (other.tubID, FakeListener(), {"window": "x"})]:
        await fails(their.callRemote("register", *arguments))
    await refused(cell, b"GET /id/%s HTTP/1.1\r\n\r\n" % other.tubID.encode(), b"404")

    # A gift: a reference to the first Tub's object, sent by the other.
    gift_tub = peerlib.PeerTub()
    gift_tub.startService()
    cell.tubs.append(gift_tub)
    server, port = cell.listen()
    server.close()
    tub.listenOn("tcp:%d:interface=127.0.0.1" % port)
    tub.setLocation("tcp:127.0.0.1:%d" % port)
    furl = tub.registerReference(listener)
    gift = await peerlib.awaitable(other.getReference(furl))
    text = await fails(their.callRemote("register", tub.tubID, gift, {}))
    check("gifts are prohibited" in text, text)

    text = await fails(registrar.callRemote("unregister", tub.tubID, FakeListener()))
    check("not the registered listener" in text, text)
    await peerlib.call(registrar, "unregister", tub.tubID, listener)
    await refused(cell, b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode(), b"404")


async def test_the_newest_registration_wins(cell):
    await cell.relay()
    first, second = FakeListener(), FakeListener()
    tub, registrar, _ = await register(cell, first)
    request = b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode()
    cell.connect(request)
    await first.accepted.get()
    await peerlib.call(registrar, "register", tub.tubID, second, {})
    cell.connect(request)
    await second.accepted.get()
    check("not the registered" in await fails(registrar.callRemote("unregister", tub.tubID, first)), "the first ended it")
    check(not first.ended, "the first connection ended")


async def test_what_accept_may_answer(cell):
    await cell.relay()
    for wrong in ["text", {}, 7]:
        tub, _, _ = await register(cell, FakeListener(wrong))
        await refused(cell, b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode(), b"503 Service Unavailable: ")
    late = defer.Deferred()
    listener = FakeListener(late)
    tub, _, _ = await register(cell, listener)
    request = b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode()
    # B goes by a reset while accept waits: the handler that comes then is aborted.
    b = cell.connect(request)
    _, info = await listener.accepted.get()
    check(info["peer"] == "127.0.0.1:%d" % b.getsockname()[1], "peer is %r" % (info,))
    reset(b)
    await sleep(0.6)
    late.callback(listener)
    await until(lambda: listener.ended, "the late handler heard nothing")
    check(listener.ended == ["abort"] and not listener.writes, "got %r %r" % (listener.ended, listener.writes))


async def test_accept_timeout(cell):
    await cell.relay("--accept-timeout", "1")
    late = defer.Deferred()
    listener = FakeListener(late)
    tub, _, _ = await register(cell, listener)
    started = time.monotonic()
    await refused(cell, b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode(), b"503 Service Unavailable: ", b"in time")
    check(0.9 < time.monotonic() - started < 3, "took %.1f s" % (time.monotonic() - started))
    late.callback(listener)
    await until(lambda: listener.ended == ["abort"], "the late handler heard nothing")


async def test_header_timeout(cell):
    await cell.relay("--header-timeout", "1")
    s = cell.connect(b"GET /id/")
    check((await recv_all(s)).startswith(b"HTTP/1.1 408 Request Timeout: "), "another answer")


async def test_the_relay_keeps_to_the_clients_window(cell):
    await cell.relay()
    listener = FakeListener()
    listener.hold = True
    tub, _, _ = await register(cell, listener, window=1000)
    b = cell.connect(b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode())
    await listener.accepted.get()
    await deferToThread(b.sendall, b"x" * 100000)
    await sleep(0.3)
    check(listener.held_bytes() == 1000, "in flight: %d" % listener.held_bytes())

    async def answer(value):
        size, d = listener.held.pop(0)
        d.callback(value)
        await sleep(0.3)

    while listener.held:
        listener.hold = len(listener.held) == 1
        listener.held.pop(0)[1].callback(5000 if listener.hold else None)
        listener.hold = True
        await sleep(0.1)
        if listener.held_bytes() > 1000:
            break
    check(listener.held_bytes() == 5000, "after 5000: in flight %d" % listener.held_bytes())
    while len(listener.held) > 1:
        await answer(10)
    before = len(listener.data)
    await answer(10)
    check(listener.held_bytes() <= 10, "after 10: in flight %d" % listener.held_bytes())
    check(len(listener.data) > before, "nothing more came")
    listener.hold = False
    for _, d in listener.held:
        d.callback(MIB)
    listener.held.clear()
    await until(lambda: len(listener.data) == 100000 + len(b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode()), "bytes missing")
    listener.hold = True
    await deferToThread(b.sendall, b"y")
    await until(lambda: listener.held, "the last byte is missing")
    listener.held.pop()[1].callback("wide")
    await until(lambda: listener.ended == ["abort"], "an answer that is no window did not abort")
    check(await resets(b), "B saw no reset")


async def test_what_a_client_may_not_write(cell):
    await cell.relay("--window", "100000")
    listener = FakeListener()
    tub, _, answer = await register(cell, listener)
    check(answer["window"] == 100000, "answered %r" % answer)
    request = b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode()

    async def fresh():
        del listener.ended[:]
        b = cell.connect(request)
        responder, _ = await listener.accepted.get()
        return b, responder

    for wrong in [b"", b"x" * 65537, "text", None]:
        b, responder = await fresh()
        await fails(responder.callRemote("write", wrong))
        await until(lambda: listener.ended == ["abort"], "no abort after %.20r" % (wrong,))
        check(await resets(b), "B saw no reset")
        check("over" in await fails(responder.callRemote("write", b"late")), "a late write")
        check(await responder.callRemote("close") is None, "a late close")
        check(await responder.callRemote("abort", "late") is None, "a late abort")
    b, responder = await fresh()
    await responder.callRemote("close")
    await fails(responder.callRemote("write", b"after close"))
    await until(lambda: listener.ended == ["abort"], "no abort after close")
    b, responder = await fresh()
    calls = [responder.callRemote("write", b"x" * size) for size in (65536, 100000 - 65536)]
    beyond = responder.callRemote("write", b"x")
    for d in calls:
        d.addErrback(lambda f: None)
    await fails(beyond)
    await until(lambda: listener.ended == ["abort"], "no abort beyond the window")
    b, responder = await fresh()
    responder.callRemote("write", b"x" * 65536)
    await responder.callRemote("write", b"x" * (100000 - 65536))
    await responder.callRemote("abort", "because")
    check(await resets(b), "B saw no reset")
    check(not listener.ended, "an abort came back")


async def test_right_edge_of_a_window_that_shrinks(cell):
    await cell.relay("--window", "1000", "--answers", "10")
    listener = FakeListener()
    tub, _, _ = await register(cell, listener)
    b = cell.connect(b"GET /id/%s HTTP/1.1\r\n\r\n" % tub.tubID.encode())
    responder, _ = await listener.accepted.get()
    check(await responder.callRemote("write", b"a" * 400) == 10, "another answer than 10")
    # 600 bytes up to the edge that was given before the window shrank.
    check(await responder.callRemote("write", b"b" * 600) == 10, "the old edge was forgotten")
    check(await responder.callRemote("write", b"c" * 10) == 10, "the new window was refused")
    await fails(responder.callRemote("write", b"d" * 11))
    await until(lambda: listener.ended == ["abort"], "no abort")


# ---- raw sockets through relay and client


async def test_half_close_in_both_orders(cell):
    await cell.relay()
    server, port = cell.listen()
    client = await cell.client(port)
    for order in ("B first", "C first"):
        b, c = await cell.pair(server, client.tubid, b"early")
        first, second = (b, c) if order == "B first" else (c, b)
        first.sendall(b"x" * 200000)
        first.shutdown(socket.SHUT_WR)
        check(await recv_all(second) == b"x" * 200000, "%s: other bytes" % order)
        for _ in range(3):  # the other direction lives on
            second.sendall(b"y" * 100000)
            check(await recv_exactly(first, 100000) == b"y" * 100000, "%s: other bytes back" % order)
            await sleep(0.05)
        second.shutdown(socket.SHUT_WR)
        check(await recv_all(first) == b"", "%s: no end" % order)
        await stats_settle(cell.relay_process, streams=0, held=1, given=1)
        await stats_settle(client, streams=0, held=1, given=1)
    # A FIN right behind the request.
    request = b"GET /id/%s HTTP/1.1\r\n\r\n" % client.tubid.encode()
    b = cell.connect(request)
    b.shutdown(socket.SHUT_WR)
    c, _ = await deferToThread(server.accept)
    check(await recv_all(c) == request, "the request came changed")
    c.sendall(b"answer")
    c.close()
    check(await recv_all(b) == b"answer", "the answer is lost")


async def test_resets_pass(cell):
    relay = await cell.relay()
    server, port = cell.listen()
    client = await cell.client(port)
    for who in ("B", "C"):
        for half in (False, True):
            b, c = await cell.pair(server, client.tubid)
            first, second = (b, c) if who == "B" else (c, b)
            if half:  # the reset comes after its own direction has ended
                first.shutdown(socket.SHUT_WR)
                check(await recv_all(second) == b"", "no end of stream")
                await sleep(0.1)
            second.sendall(b"something")
            await recv_exactly(first, 9)
            reset(first)
            if half:
                await sleep(0.6)
                try:
                    for _ in range(20):
                        second.sendall(b"x")
                        await sleep(0.05)
                    raise Failed("%s: no reset after the half-close" % who)
                except (ConnectionResetError, BrokenPipeError):
                    pass
            else:
                check(await resets(second), "%s: no reset" % who)
    # A reset of B while the window is full.
    b, c = await cell.pair(server, client.tubid)
    await deferToThread(send_until_stuck, b, 64 * MIB, 0.5)
    reset(b)
    check(await resets(c), "no reset behind a full window")
    await stats_settle(relay, streams=0, held=1, given=1)
    await stats_settle(client, streams=0, held=1, given=1)
    # The client's process goes.
    b, c = await cell.pair(server, client.tubid)
    await client.kill()
    check(await resets(b), "no reset when the client is gone")


async def test_windows_of_one_byte(cell):
    await cell.relay("--window", "1")
    server, port = cell.listen()
    client = await cell.client(port, "--window", "1")
    b, c = await cell.pair(server, client.tubid)
    up, down = os.urandom(1500), os.urandom(1500)
    b.sendall(up)
    c.sendall(down)
    check(await recv_exactly(c, len(up)) == up, "other bytes up")
    check(await recv_exactly(b, len(down)) == down, "other bytes down")
    b.shutdown(socket.SHUT_WR)
    c.shutdown(socket.SHUT_WR)
    check(await recv_all(c) == b"" and await recv_all(b) == b"", "no end of stream")


async def test_a_reader_that_stands_still(cell):
    relay = await cell.relay()
    server, port = cell.listen()
    client = await cell.client(port)
    for direction in ("up", "down"):
        b, c = await cell.pair(server, client.tubid)
        b2, c2 = await cell.pair(server, client.tubid)
        writer, reader = (b, c) if direction == "up" else (c, b)
        before = relay.memory(), client.memory()
        sent, digest = await deferToThread(send_until_stuck, writer, 256 * MIB)
        check(sent < 64 * MIB, "%s: %d bytes went into nothing" % (direction, sent))
        grown = [after - first for first, after in zip(before, (relay.memory(), client.memory()))]
        check(max(grown) < 8 * MIB, "%s: memory has grown by %s" % (direction, grown))
        # The other stream of the same connection goes on.
        for _ in range(20):
            b2.sendall(b"x" * 50000)
            await recv_exactly(c2, 50000)
            c2.sendall(b"y" * 50000)
            await recv_exactly(b2, 50000)
        check(await deferToThread(read_hashed, reader, sent) == digest, "%s: other bytes" % direction)
        for s in (b, c, b2, c2):
            s.close()
    await stats_settle(relay, streams=0, held=1, given=1)
    await stats_settle(client, streams=0, held=1, given=1)


async def test_many_streams_at_once(cell):
    relay = await cell.relay()
    server, port = cell.listen()
    server.listen(200)
    client = await cell.client(port)

    def serve():
        c, _ = server.accept()
        with c:
            c.settimeout(TIMEOUT)
            while True:
                data = c.recv(65536)
                if not data:
                    return
                c.sendall(data)

    def talk(i):
        request = b"GET /id/%s HTTP/1.1\r\nX: %d\r\n\r\n" % (client.tubid.encode(), i)
        data = os.urandom(100000)
        with cell.connect(request) as b:
            writer = threading.Thread(target=lambda: (b.sendall(data), b.shutdown(socket.SHUT_WR)))
            writer.start()
            answer = read_all(b)
            writer.join()
        return answer == request + data

    reactor.suggestThreadPoolSize(130)
    servers = [deferToThread(serve) for _ in range(60)]
    results = await defer.gatherResults([deferToThread(talk, i) for i in range(60)])
    await defer.gatherResults(servers)
    check(all(results), "%d of %d streams came changed" % (results.count(False), len(results)))
    await stats_settle(relay, streams=0, held=1, given=1)
    await stats_settle(client, streams=0, held=1, given=1)


# ---- the client against a relay under the test's control


class FakeRelay(Referenceable):
    def __init__(self, answer):
        self.answer = answer
        self.registered = defer.DeferredQueue()

    def remote_register(self, tubid, listener, options):
        self.registered.put((tubid, listener, options))
        return self.answer


async def test_the_client_against_a_fake_relay(cell):
    server, port = cell.listen()
    server.close()
    tub = cell.tub()
    tub.listenOn("tcp:%d:interface=127.0.0.1" % port)
    tub.setLocation("tcp:127.0.0.1:%d" % port)
    relay = FakeRelay({"version": 1, "hints": [b"tcp:a:1"], "window": 3000, "more": None})
    cell.registrar = tub.registerReference(relay)
    server, port = cell.listen()
    client = await cell.client(port, "--window", "2000")
    check(client.hints == ["tcp:a:1"], "hints %r" % client.hints)
    tubid, listener, options = await relay.registered.get()
    check(tubid == client.tubid and options == {"window": 2000}, "registered %r" % ((tubid, options),))

    async def fresh():
        responder = FakeListener()
        handler = await peerlib.call(listener, "accept", responder, {"peer": "[::1]:5"})
        c, _ = await deferToThread(server.accept)
        c.settimeout(TIMEOUT)
        cell.sockets.append(c)
        return responder, handler, c

    # C's own first bytes, a Tub would not send them: they come after the answer, and keep to the window.
    responder, handler, c = await fresh()
    responder.hold = True
    c.sendall(b"x" * 10000)
    await sleep(0.3)
    check(responder.held_bytes() == 3000, "in flight: %d" % responder.held_bytes())
    # The handler takes a window and no more.
    check(await handler.callRemote("write", b"a" * 2000) is None, "another answer than None")
    check(await recv_exactly(c, 2000) == b"a" * 2000, "other bytes")
    await fails(handler.callRemote("write", b"a" * 2001))
    await until(lambda: responder.ended == ["abort"], "no abort")
    check(await resets(c), "C saw no reset")
    # An error answer to a write means abort.
    responder, handler, c = await fresh()
    responder.hold = True
    c.sendall(b"x")
    await until(lambda: responder.held, "no write")
    responder.held[0][1].errback(ValueError("no"))
    check(await resets(c), "C saw no reset")
    check(await handler.callRemote("abort", "late") is None, "a late abort")
    # Wrong responders.
    await fails(listener.callRemote("accept", None, {}))
    await fails(listener.callRemote("accept", listener, {}))
    # C is away.
    server.close()
    await fails(listener.callRemote("accept", FakeListener(), {}))


# ---- all of them


async def run_test(name, function, folder):
    os.makedirs(folder)
    cell = Cell(folder)
    started = time.monotonic()
    problem = note = None
    try:
        note = await defer.Deferred.fromCoroutine(function(cell)).addTimeout(180, reactor)
    except Exception as e:
        problem = "%s: %s" % (type(e).__name__, e)
    try:
        await cell.stop()
    except Failed as e:
        problem = problem or str(e)
    for process in cell.processes:
        if process.process.poll() is None:
            process.process.kill()
    print("%s %s (%.1f s)%s" % ("FAIL" if problem else "PASS", name[5:], time.monotonic() - started,
                                ": %s" % (problem or note) if problem or note else ""), flush=True)
    return problem is None


async def run_all(names, folder):
    tests = [(n, f) for n, f in globals().items() if n.startswith("test_")]
    tests = [(n, f) for n, f in tests if not names or any(part in n for part in names)]
    results = [await run_test(n, f, os.path.join(folder, n)) for n, f in tests]
    print("%d of %d passed" % (results.count(True), len(results)), flush=True)
    return 0 if results and all(results) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--keep", action="store_true", help="keep the logs, and say where")
    parser.add_argument("--bulk", metavar="FURL", help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = tempfile.mkdtemp()
    code = []

    def start():
        if args.bulk:
            d = defer.Deferred.fromCoroutine(bulk(args.bulk)).addCallback(lambda ok: 0 if ok else 1)
        else:
            d = defer.Deferred.fromCoroutine(run_all(args.names, folder))
        d.addErrback(lambda f: f.printTraceback() or 1)
        d.addCallback(code.append)
        d.addCallback(lambda _: reactor.stop())

    reactor.callWhenRunning(start)
    reactor.run()
    if args.keep and not args.bulk:
        print("logs: %s" % folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(code[0])


if __name__ == "__main__":
    main()
