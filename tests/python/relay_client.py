"""A relay client in plain Foolscap: registers a TubID with a relay and bridges what comes to a loopback port.

The Tub itself is another process with the same certificate. The two must never connect to one third Tub.
"""

import argparse
import time

from foolscap.api import Referenceable
from twisted.internet import defer, reactor
from twisted.internet.endpoints import HostnameEndpoint, connectProtocol
from twisted.python import log

import peerlib
from peerlib import ProtocolError, Stream, emit

DIAL_TIMEOUT = 5
FIRST_DELAY = 0.25
MAX_DELAY = 2.0  # after a failed attempt; the Reconnector's own default is an hour
MAX_BACKOFF = 30.0  # after a connection that did not live long
SHORT_LIFE = 5.0


class ClientListener(Referenceable):
    """What the relay calls for each connection. One for each Foolscap connection to the relay."""

    def __init__(self, client, registrar):
        self.client = client
        self.broker = registrar.tracker.broker
        self.streams = set()

    def remote_accept(self, responder, info):
        if peerlib.broker_of(responder, "responder") is not self.broker:
            raise ProtocolError("the responder lives elsewhere")
        log.msg("connection from %s" % peerlib.member(info, "peer"))
        stream = Stream(self.client.window, self.client.args.answers, on_over=self.streams.discard)
        self.streams.add(stream)
        host, port = self.client.target
        d = connectProtocol(HostnameEndpoint(reactor, host.encode(), port, timeout=DIAL_TIMEOUT), stream)

        def connected(_):
            if stream.over:
                raise ProtocolError("the connection to the relay is lost")
            # Nothing may be called on the responder before this call is answered, which is when the callbacks end.
            reactor.callLater(0, stream.begin, responder, self.client.relay_window)
            return stream.end

        def failed(f):
            if not stream.over:
                stream.detach()
            return f

        return d.addCallback(connected).addErrback(failed)

    def lost(self):
        for stream in list(self.streams):
            stream.abort("the connection to the relay is lost", tell=False)


class Client(peerlib.Peer):
    registrar = None
    listener = None
    relay_window = peerlib.DEFAULT_WINDOW

    async def start(self):
        self.target = peerlib.parse_endpoint(self.args.target)
        self.window = self.args.window or peerlib.DEFAULT_WINDOW
        self.tub = peerlib.relay_tub(self.args.pem)
        self.tub.startService()
        emit("started", tubid=self.tub.tubID)
        self.reconnector = self.tub.connectTo(self.args.registrar, self._connected)
        self.reconnector.maxDelay = MAX_DELAY
        self.reconnector.initialDelay = FIRST_DELAY
        self.reconnector.reset()

    async def stop(self):
        if self.listener is not None:
            for stream in list(self.listener.streams):
                stream.abort("the relay client stops")
        await defer.maybeDeferred(self.tub.stopService)

    def _connected(self, registrar):
        self.registrar = registrar
        self.listener = listener = ClientListener(self, registrar)
        options = {} if self.args.window is None else {"window": self.args.window}
        d = registrar.callRemote("register", self.tub.tubID, listener, options)
        registered = []
        d.addCallback(self._registered, registered)
        d.addErrback(lambda f: emit("refused", error=peerlib.describe(f)))
        registrar.notifyOnDisconnect(self._lost, listener, registered)
        # Two clients with one certificate push each other out for ever. So a connection that is lost soon makes the
        # next one wait longer. The Reconnector takes initialDelay when a connection is lost.
        self.reconnector.initialDelay = min(self.reconnector.initialDelay * 2, MAX_BACKOFF)

    def _registered(self, answer, registered):
        if peerlib.member(answer, "version") != 1:
            raise ProtocolError("a relay of another version: %r" % (peerlib.member(answer, "version"),))
        hints = [peerlib.text_of(hint, "hint") for hint in peerlib.member(answer, "hints")]
        self.relay_window = peerlib.window_of(peerlib.member(answer, "window"), peerlib.DEFAULT_WINDOW)
        registered.append(time.monotonic())
        reactor.callLater(SHORT_LIFE, self._lived, self.registrar)
        emit("registered", hints=hints, window=self.relay_window)

    def _lived(self, registrar):
        if registrar is self.registrar:
            self.reconnector.initialDelay = FIRST_DELAY

    def _lost(self, listener, registered):
        listener.lost()
        if self.listener is listener:
            self.registrar = self.listener = None
        if registered and time.monotonic() - registered[0] < SHORT_LIFE:
            log.msg("lost soon after registering: is there another client with this certificate?")
        emit("lost")

    async def command_unregister(self):
        """Ends the registration; the connection, and what it carries, stays."""
        await peerlib.call(self.registrar, "unregister", self.tub.tubID, self.listener)
        emit("unregistered")

    def command_stats(self):
        brokers = self.tub.brokers.values()
        emit("stats", streams=len(self.listener.streams) if self.listener else 0,
             held=sum(len(b.yourReferenceByCLID) for b in brokers),
             given=sum(len(b.myReferenceByCLID) for b in brokers))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registrar", required=True, help="the relay's FURL")
    parser.add_argument("--pem", required=True, help="file with the certificate, made when missing")
    parser.add_argument("--target", required=True, help="HOST:PORT where the Tub itself listens")
    parser.add_argument("--window", type=int, help="what the relay may have in flight; not sent by default")
    parser.add_argument("--answers", type=peerlib.parse_answers, help="windows to answer writes with: N,none,N")
    Client(parser.parse_args()).run()


if __name__ == "__main__":
    main()
