"""A relay in plain Foolscap, written from the page of the relay protocol: one port for all Tubs.

It has no hold time, sends no events, and offers no direct connections.
"""

import argparse

from foolscap.api import Referenceable
from foolscap.pb import Listener
from twisted.internet import defer, reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.interfaces import IHalfCloseableProtocol
from twisted.internet.protocol import Protocol
from twisted.python import log
from zope.interface import implementer

import peerlib
from peerlib import ProtocolError, Stream, emit

MAX_HEADER = 4096
HEADER_TIMEOUT = 30
ACCEPT_TIMEOUT = 10
LINGER = 2


class Registration:
    """That a TubID can be reached through a listener."""

    def __init__(self, tubid, listener, window):
        self.tubid = tubid
        self.listener = listener
        self.broker = listener.tracker.broker
        self.window = window
        self.marker = None


class Registrar(Referenceable):
    """Who may be reached. The newest registration of a TubID wins."""

    def __init__(self, hints, window):
        self.hints = hints
        self.window = window
        self.registrations = {}

    def remote_register(self, tubid, listener, options):
        tubid = peerlib.text_of(tubid, "tubid")
        # The Tub refuses gifts, so a reference that came as an argument lives on the connection of the caller.
        broker = peerlib.broker_of(listener, "listener")
        caller = broker.remote_tubref.getTubID()
        if caller != tubid:
            raise ProtocolError("%s may not register %s" % (caller, tubid))
        window = peerlib.window_of(peerlib.member(options, "window"), peerlib.DEFAULT_WINDOW)
        self._end(tubid, "replaced")
        registration = Registration(tubid, listener, window)
        self.registrations[tubid] = registration
        registration.marker = listener.notifyOnDisconnect(self._lost, registration)
        emit("registered", tubid=tubid, window=window)
        answer = {"version": 1, "hints": list(self.hints)}
        if self.window != peerlib.DEFAULT_WINDOW:
            answer["window"] = self.window
        return answer

    def remote_unregister(self, tubid, listener):
        tubid = peerlib.text_of(tubid, "tubid")
        peerlib.broker_of(listener, "listener")
        registration = self.registrations.get(tubid)
        if registration is None or registration.listener.tracker is not listener.tracker:
            raise ProtocolError("not the registered listener of %s" % tubid)
        self._end(tubid, "call")

    def _lost(self, registration):
        if self.registrations.get(registration.tubid) is registration:
            self._end(registration.tubid, "lost")

    def _end(self, tubid, why):
        registration = self.registrations.pop(tubid, None)
        if registration is not None:
            registration.listener.dontNotifyOnDisconnect(registration.marker)
            emit("unregistered", tubid=tubid, why=why)


@implementer(IHalfCloseableProtocol)
class Refusal(Protocol):
    """Answers with a status line, and closes so that no reset destroys it: end of stream, then input drained."""

    def __init__(self, status, text):
        line = "HTTP/1.1 %s: %s" % (status, text[:300])
        self.line = line.replace("\r", " ").replace("\n", " ").encode("utf-8", "replace")
        self.timer = None

    def connectionMade(self):
        log.msg("refused %s: %r" % (self.transport.getPeer(), self.line))
        self.transport.bufferSize = 65536
        self.transport.write(self.line + b"\r\n\r\n")
        self.transport.loseWriteConnection()
        self.timer = reactor.callLater(LINGER, self.transport.loseConnection)
        self.transport.resumeProducing()

    def readConnectionLost(self):
        self.transport.loseConnection()  # after what is still to be written

    def writeConnectionLost(self):
        pass

    def connectionLost(self, reason):
        if self.timer.active():
            self.timer.cancel()


@implementer(IHalfCloseableProtocol)
class Front(Protocol):
    """Reads the header of a request and finds out for whom it is."""

    def __init__(self, listener, addr):
        self.listener = listener
        self.addr = addr
        self.buffer = b""
        self.timer = None

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        self.transport.bufferSize = MAX_HEADER  # never reads more than a header may have
        self.timer = reactor.callLater(self.listener.args.header_timeout, self._refuse,
                                       "408 Request Timeout", "no complete header in time")

    def connectionLost(self, reason):
        if self.timer.active():
            self.timer.cancel()

    def writeConnectionLost(self):
        pass

    def readConnectionLost(self):
        if self.buffer:
            self._refuse("400 Bad Request", "the header is not complete")
        else:
            self.transport.loseConnection()

    def dataReceived(self, data):
        self.buffer += data
        if not self.buffer.startswith(b"GET "[:len(self.buffer)]):
            self._refuse("400 Bad Request", "not a GET")
            return
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) >= MAX_HEADER:
                self._refuse("400 Bad Request", "header too long")
            else:
                self.transport.bufferSize = MAX_HEADER - len(self.buffer)
            return
        words = self.buffer[:end].split(b"\r\n")[0].split()
        if len(words) != 3 or not words[1].startswith(b"/id/") or words[1] == b"/id/":
            self._refuse("400 Bad Request", "this is a relay for Foolscap, and the request is not GET /id/<tubid>")
            return
        tubid = words[1][4:].decode("utf-8", "replace")
        registration = self.listener.registrar.registrations.get(tubid)
        if tubid == self.listener._tub.tubID:
            self._hand_over()
        elif registration is None:
            self._refuse("404 Not Found", "unknown TubID %s" % tubid)
        else:
            self._relay(registration)

    def _become(self, other):
        if self.timer.active():
            self.timer.cancel()
        self.transport.protocol = other
        other.makeConnection(self.transport)

    def _refuse(self, status, text):
        self._become(Refusal(status, text))

    def _hand_over(self):
        del self.transport.bufferSize  # back to the usual size
        negotiation = Listener.buildProtocol(self.listener, self.addr)
        self._become(negotiation)
        negotiation.dataReceived(self.buffer)

    def _relay(self, registration):
        relay = self.listener
        stream = Stream(relay.registrar.window, relay.args.answers)
        relay.streams.add(stream)
        lost = registration.listener.notifyOnDisconnect(stream.abort, "the Tub's client is lost", False)
        stream.on_over = lambda s: (relay.streams.discard(s), registration.listener.dontNotifyOnDisconnect(lost))
        self._become(stream)
        header, self.buffer = self.buffer, b""
        info = {"peer": peerlib.format_endpoint(self.addr.host, self.addr.port)}
        accepted = registration.listener.callRemote("accept", stream.end, info)
        timer = reactor.callLater(relay.args.accept_timeout, self._not_accepted, stream,
                                  "the Tub's client did not answer in time")

        def answered(handler):
            if timer.active():
                timer.cancel()
            try:
                if peerlib.broker_of(handler, "handler") is not registration.broker:
                    raise ProtocolError("the handler lives elsewhere")
            except ProtocolError as e:
                self._not_accepted(stream, "the Tub's client answered accept wrongly: %s" % e)
                return
            if stream.over:
                handler.callRemote("abort", "the connection is gone").addErrback(lambda f: None)
            else:
                stream.begin(handler, registration.window, header)

        def failed(f):
            if timer.active():
                timer.cancel()
            self._not_accepted(stream, "the Tub did not take the connection (%s)" % peerlib.describe(f)[:300])

        accepted.addCallbacks(answered, failed)
        accepted.addErrback(log.err)

    def _not_accepted(self, stream, text):
        if not stream.over:
            transport = stream.transport
            stream.detach()
            transport.protocol = refusal = Refusal("503 Service Unavailable", text)
            refusal.makeConnection(transport)


class RelayListener(Listener):
    """The listening port of the relay's Tub, for relayed Tubs as well."""

    def __init__(self, tub, endpoint, args):
        Listener.__init__(self, tub, endpoint, negotiationClass=tub.negotiationClass)
        self.registrar = None
        self.args = args
        self.streams = set()

    def buildProtocol(self, addr):
        front = Front(self, addr)
        front.factory = self
        return front


class Relay(peerlib.Peer):
    async def start(self):
        host, port = peerlib.parse_endpoint(self.args.listen)
        self.tub = peerlib.relay_tub(self.args.pem)
        endpoint = serverFromString(reactor, peerlib.server_description(host, port))
        self.listener = RelayListener(self.tub, endpoint, self.args)
        self.listener.setServiceParent(self.tub)
        self.tub.startService()
        port = peerlib.listening_port(self.listener)
        hints = self.args.hint or ["tcp:" + peerlib.format_endpoint(host, port)]
        self.tub.setLocation(*hints)
        self.listener.registrar = Registrar(hints, self.args.window)
        registrar = self.tub.registerReference(self.listener.registrar, self.args.name)
        emit("listening", port=port, registrar=registrar, tubid=self.tub.tubID)

    async def stop(self):
        for stream in list(self.listener.streams):
            stream.abort("the relay stops")
        await defer.maybeDeferred(self.tub.stopService)

    def command_stats(self):
        """How many streams live, and how many references this side holds and has given away."""
        brokers = self.tub.brokers.values()
        emit("stats", streams=len(self.listener.streams), registrations=len(self.listener.registrar.registrations),
             held=sum(len(b.yourReferenceByCLID) for b in brokers),
             given=sum(len(b.myReferenceByCLID) for b in brokers))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, help="HOST:PORT; port 0 takes any")
    parser.add_argument("--pem", help="file with the certificate, made when missing")
    parser.add_argument("--hint", action="append", help="connection hint of the relay; may be repeated")
    parser.add_argument("--name", help="the registrar's name (swissnum); a random one by default")
    parser.add_argument("--window", type=int, default=peerlib.DEFAULT_WINDOW, help="what a client may have in flight")
    parser.add_argument("--answers", type=peerlib.parse_answers, help="windows to answer writes with: N,none,N")
    parser.add_argument("--header-timeout", type=float, default=HEADER_TIMEOUT, help="seconds")
    parser.add_argument("--accept-timeout", type=float, default=ACCEPT_TIMEOUT, help="seconds")
    Relay(parser.parse_args()).run()


if __name__ == "__main__":
    main()
