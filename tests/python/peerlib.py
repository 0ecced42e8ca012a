"""What the Foolscap peers of the tests share: how a peer talks to its driver, the Tub, and one relayed stream.

Driver and peer: one JSON object a line on stdout, one command a line on stdin, logs on stderr. The end of stdin, or a
line "stop", ends the peer with exit code 0.
"""

import asyncio
import gc
import json
import os
import socket
import sys
import threading
from collections import deque

from foolscap.api import Referenceable, RemoteException, Tub
from foolscap.call import CopiedFailure
from foolscap.negotiate import Negotiation
from foolscap.referenceable import RemoteReference
from twisted.internet import defer, reactor
from twisted.internet.interfaces import IHalfCloseableProtocol, IPullProducer
from twisted.internet.protocol import Protocol
from twisted.python import log
from twisted.python.failure import Failure
from zope.interface import implementer

DEFAULT_WINDOW = 262144
MAX_WRITE = 65536
KEEPALIVE = 20
DISCONNECT = 60
STOP_TIMEOUT = 5  # Tub.stopService waits for the peer's close_notify, which may never come
ERROR_POLL = 0.25
COLLECT_DELAY = 0.2


# ---- the driver


def emit(event=None, **fields):
    """Prints one JSON object as one line."""
    if event is not None:
        fields = {"event": event, **fields}
    print(json.dumps(fields), flush=True)


def describe(problem):
    """An error or a failure as "<type>: <text>". Of a remote failure, the type and text that it had over there."""
    if isinstance(problem, Failure) and isinstance(problem.value, RemoteException):
        problem = problem.value.failure
    if isinstance(problem, Failure):
        kind = problem.type if isinstance(problem.type, str) else getattr(problem.type, "__name__", str(problem.type))
        return "%s: %s" % (kind, problem.getErrorMessage())
    return "%s: %s" % (type(problem).__name__, problem)


class RemoteError(Exception):
    """A remote call failed over there."""


def awaitable(d):
    """A Deferred for use with await. A remote failure is no exception that Python could raise: its type is a class
    that Foolscap makes up from a name."""

    def failed(f):
        if isinstance(f, CopiedFailure):
            raise RemoteError(describe(f))
        return f

    return d.addErrback(failed)


def call(reference, method, *args):
    """callRemote for use with await."""
    return awaitable(reference.callRemote(method, *args))


class Peer:
    """A program that a driver starts. Subclasses have start(), stop(), and a method command_<word> for each command."""

    def __init__(self, args):
        self.args = args
        self.exit_code = 0
        self._stopping = False

    async def start(self):
        raise NotImplementedError

    async def stop(self):
        pass

    def run(self):
        log.startLogging(sys.stderr, setStdout=False)
        reactor.callWhenRunning(self._start)
        reactor.run()
        sys.exit(self.exit_code)

    def end(self, exit_code=0):
        """Stops everything and ends the process."""
        if self._stopping:
            return
        self._stopping = True
        self.exit_code = exit_code
        stopped = defer.Deferred.fromCoroutine(self.stop())
        stopped.addTimeout(STOP_TIMEOUT, reactor)
        stopped.addErrback(lambda f: log.msg("stopped with: %s" % describe(f)))
        stopped.addCallback(lambda _: reactor.stop())

    def _start(self):
        threading.Thread(target=self._read_stdin, daemon=True).start()
        defer.Deferred.fromCoroutine(self.start()).addErrback(self._failed)

    def _failed(self, f):
        log.err(f)
        if not self._stopping:
            emit("failed", error=describe(f))
            self.end(1)

    def _read_stdin(self):
        # os.read, not sys.stdin: a daemon thread inside sys.stdin holds a lock that the end of Python wants.
        rest = b""
        while True:
            try:
                data = os.read(0, 4096)
            except OSError:
                data = b""
            if not data:
                break
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                reactor.callFromThread(self._command, line.decode("utf-8", "replace").strip())
        reactor.callFromThread(self.end)

    def _command(self, line):
        word, _, rest = line.partition(" ")
        if not word or self._stopping:
            return
        if word == "stop":
            self.end()
            return
        method = getattr(self, "command_" + word, None)
        if method is None:
            emit("error", error="unknown command %r" % word)
            return
        d = defer.maybeDeferred(method, *([rest.strip()] if rest else []))
        d.addCallback(lambda r: defer.Deferred.fromCoroutine(r) if asyncio.iscoroutine(r) else r)
        d.addErrback(lambda f: emit("error", error=describe(f)))


# ---- sockets and Tubs


def parse_endpoint(text):
    """HOST:PORT or [HOST]:PORT as a pair."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit():
        raise ValueError("not HOST:PORT: %r" % text)
    return host.strip("[]"), int(port)


def format_endpoint(host, port):
    return ("[%s]:%d" if ":" in host else "%s:%d") % (host, port)


def server_description(host, port):
    """HOST and PORT as a description for Tub.listenOn."""
    kind = "tcp6" if ":" in host else "tcp"
    return "%s:%d:interface=%s" % (kind, port, host.replace(":", "\\:"))


class NoDelayNegotiation(Negotiation):
    """Sets TCP_NODELAY, which Foolscap leaves out, on every socket that the Tub makes or accepts."""

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        Negotiation.connectionMade(self)


class PeerTub(Tub):
    """A stock Tub, but for the socket option."""

    negotiationClass = NoDelayNegotiation


def relay_tub(pem=None):
    """A Tub that speaks the relay protocol: it refuses gifts and watches its connections."""
    tub = PeerTub(certFile=pem)
    tub.setOption("accept-gifts", False)
    tub.setOption("keepaliveTimeout", KEEPALIVE)
    tub.setOption("disconnectTimeout", DISCONNECT)
    return tub


def listening_port(listener):
    """The port on which a Listener of a running Tub listens."""
    return listener._lp.getHost().port


# ---- the words of the protocol


class ProtocolError(Exception):
    """The other side broke a rule of the relay protocol."""


def text_of(value, what):
    """Text, or a byte string that holds ASCII."""
    if isinstance(value, bytes):
        try:
            return value.decode("ascii")
        except UnicodeDecodeError:
            raise ProtocolError("%s is neither text nor ASCII" % what)
    if not isinstance(value, str):
        raise ProtocolError("%s is not text but %s" % (what, type(value).__name__))
    return value


def member(options, key, default=None):
    """The value of a text key in a dict that may have its keys as byte strings."""
    if not isinstance(options, dict):
        raise ProtocolError("not a dict but %s" % type(options).__name__)
    return options.get(key, options.get(key.encode("ascii"), default))


def window_of(value, default):
    """A window: a positive integer, and default where there is none."""
    if value is None:
        return default
    if type(value) is not int or value < 1:  # True is an int for isinstance
        raise ProtocolError("not a window: %r" % (value,))
    return value


def broker_of(reference, what):
    """The connection that a reference lives on. In a Tub without gifts that is the connection that sent it."""
    if not isinstance(reference, RemoteReference):
        raise ProtocolError("%s is not a remote reference but %s" % (what, type(reference).__name__))
    return reference.tracker.broker


def parse_answers(text):
    """--answers: the windows to answer writes with, in turn; "none" for None."""
    answers = [None if word == "none" else window_of(int(word), None) for word in text.split(",")]
    return answers


# ---- one relayed stream


_collecting = []


def collect_soon():
    """Has the references of streams that are over freed, which sends their decrefs. Foolscap keeps every reference that
    came as an argument in a cycle of its own (CallUnslicer and ArgumentUnslicer), so only the collector frees it."""

    def collect():
        _collecting.clear()
        gc.collect()

    if not _collecting:
        _collecting.append(reactor.callLater(COLLECT_DELAY, collect))


class StreamEnd(Referenceable):
    """What the peer calls: the responder on the relay, the handler on the client. It outlives the stream, until the
    peer lets go of it."""

    def __init__(self, stream):
        self.stream = stream

    def remote_write(self, data):
        if self.stream is None:
            raise ProtocolError("the stream is over")
        return self.stream.peer_write(data)

    def remote_close(self):
        if self.stream is not None:
            self.stream.peer_close()

    def remote_abort(self, reason):
        if self.stream is not None:
            self.stream.abort(text_of(reason, "reason"), tell=False)


@implementer(IHalfCloseableProtocol, IPullProducer)
class Stream(Protocol):
    """One relayed connection, seen from either of its ends: a socket here, an object of the peer there."""

    def __init__(self, receive_window=DEFAULT_WINDOW, answers=None, on_over=None):
        self.end = StreamEnd(self)
        self.over = False
        self.on_over = on_over
        # socket to peer
        self.remote = None
        self.window = 0
        self.in_flight = 0
        self.max_in_flight = 0
        self.pending = b""  # read before the stream began
        self.reading = True
        self.socket_ended = False
        self.close_sent = False
        self.close_answered = False
        # peer to socket
        self.queue = deque()
        self.writing = None
        self.producing = False
        self.received = 0
        self.answered = 0
        self.receive_window = receive_window
        self.edge = receive_window
        self.answers = answers or [None]
        self.answer_count = 0
        self.peer_ended = False
        self.write_closed = False
        self.error_poll = None

    # -- life

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        if self.over:
            self.transport.abortConnection()
            return
        self._set_reading(False)
        self._poll_error()

    def begin(self, remote, window, pending=b""):
        """From now on the peer may be called."""
        if self.over:
            return
        self.remote, self.window, self.pending = remote, window, pending
        self._pump()

    def abort(self, reason, tell=True):
        """Both directions are over at once: resets the socket, and tells the peer unless the peer did it."""
        if self.over:
            return
        log.msg("stream aborted: %s" % reason)
        remote = self.remote
        self._release()
        if tell and remote is not None:
            remote.callRemote("abort", reason[:200]).addErrback(lambda f: None)
        if self.transport is not None:
            self.transport.abortConnection()  # SO_LINGER 0: a reset

    def detach(self):
        """The stream never began; the socket goes on without it."""
        self._release()

    def _release(self):
        self.over = True
        # Without these there would be cycles, and a decref goes out only when Python has freed the reference.
        self.remote = None
        self.end.stream = None
        self.pending = b""
        if self.error_poll is not None:
            self.error_poll.cancel()
            self.error_poll = None
        waiting = [self.writing] if self.writing else []
        waiting.extend(self.queue)
        self.writing = None
        self.queue.clear()
        for _, d in waiting:
            d.errback(ProtocolError("the stream is over"))
        on_over, self.on_over = self.on_over, None
        if on_over is not None:
            on_over(self)
        collect_soon()

    def _check_over(self):
        if not self.over and self.close_answered and self.write_closed:
            self._release()
            self.transport.loseConnection()

    def _poll_error(self):
        # Twisted does not watch a socket that it neither reads nor writes, so a reset would pass unnoticed for as
        # long as a window is full.
        self.error_poll = None
        if self.over:
            return
        if not self.reading and self.transport.connected:
            code = self.transport.getHandle().getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                self.abort("connection reset (%s)" % os.strerror(code))
                return
        self.error_poll = reactor.callLater(ERROR_POLL, self._poll_error)

    # -- from the socket to the peer

    def dataReceived(self, data):
        self.pending += data
        self._pump()

    def readConnectionLost(self):
        self.socket_ended = True
        self.reading = False
        self._pump()

    def connectionLost(self, reason):
        if not self.over:
            self.abort("connection lost: %s" % reason.getErrorMessage())

    def _pump(self):
        while self.remote is not None and self.pending and self.in_flight < self.window:
            size = min(MAX_WRITE, self.window - self.in_flight)
            chunk, self.pending = self.pending[:size], self.pending[size:]
            self.in_flight += len(chunk)
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
            d = self.remote.callRemote("write", chunk)
            d.addCallback(self._write_answered, len(chunk))
            d.addErrback(self._call_failed)
        if self.remote is None:
            return
        if self.socket_ended and not self.pending and not self.close_sent:
            self.close_sent = True
            d = self.remote.callRemote("close")
            d.addCallback(self._close_answered)
            d.addErrback(self._call_failed)
        room = self.window - self.in_flight
        # Not for the smallest hole in the window: else the writes get ever smaller.
        wanted = min(MAX_WRITE, max(1, self.window // 4))
        if self.socket_ended or self.pending or room < wanted:
            self._set_reading(False)
        else:
            self.transport.bufferSize = min(MAX_WRITE, room)  # one recv: no more than the window has room for
            self._set_reading(True)

    def _set_reading(self, reading):
        if self.reading != reading:
            self.reading = reading
            if reading:
                self.transport.resumeProducing()
            else:
                self.transport.pauseProducing()

    def _write_answered(self, answer, size):
        self.in_flight -= size
        if not self.over:
            self.window = window_of(answer, self.window)
            self._pump()

    def _close_answered(self, _):
        self.close_answered = True
        self._check_over()

    def _call_failed(self, f):
        self.abort("the peer failed: %s" % describe(f), tell=f.check(ProtocolError) is not None)

    # -- from the peer to the socket

    def peer_write(self, data):
        """Answered when the kernel has taken the bytes."""
        problem = None
        if not isinstance(data, bytes) or not 1 <= len(data) <= MAX_WRITE:
            problem = "not 1 to %d bytes" % MAX_WRITE
        elif self.peer_ended:
            problem = "write after close"
        elif self.received + len(data) > self.edge:
            problem = "%d bytes beyond the window" % (self.received + len(data) - self.edge)
        if problem is not None:
            self.abort(problem)
            raise ProtocolError(problem)
        self.received += len(data)
        d = defer.Deferred()
        self.queue.append((data, d))
        if not self.producing:
            self.producing = True
            self.transport.registerProducer(self, False)  # calls resumeProducing at once
        return d

    def peer_close(self):
        if not self.peer_ended:
            self.peer_ended = True
            if not self.producing:
                self.transport.loseWriteConnection()

    def resumeProducing(self):
        """The transport has nothing left to write: the kernel has taken the last piece."""
        if self.writing is not None:
            (data, d), self.writing = self.writing, None
            self.answered += len(data)
            answer = self.answers[self.answer_count % len(self.answers)]
            self.answer_count += 1
            if answer is not None:
                self.receive_window = answer
            self.edge = max(self.edge, self.answered + self.receive_window)
            d.callback(answer)
        if self.over:
            return
        if self.queue:
            self.writing = self.queue.popleft()
            self.transport.write(self.writing[0])
        else:
            self.producing = False
            self.transport.unregisterProducer()
            if self.peer_ended:
                self.transport.loseWriteConnection()

    def stopProducing(self):
        pass  # connectionLost follows

    def writeConnectionLost(self):
        self.write_closed = True
        self._check_over()
