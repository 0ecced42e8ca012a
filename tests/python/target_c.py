"""The Tub C, the one that is reached: an ordinary Foolscap Tub that knows nothing of relays."""

import argparse
import hashlib
import os

from foolscap.api import Referenceable
from twisted.internet import defer, reactor, task

import peerlib
from peerlib import emit


class Target(Referenceable):
    def __init__(self):
        self.refs = []
        self.lost = 0

    def remote_echo(self, value):
        return value

    def remote_fail(self, message):
        raise ValueError(message)

    def remote_callback(self, ref, value):
        return ref.callRemote("ping", value)

    def remote_sha256(self, data):
        return hashlib.sha256(data).hexdigest()

    def remote_blob(self, size):
        data = os.urandom(size)
        return data, hashlib.sha256(data).hexdigest()

    def remote_slow(self, value):
        """Answers after the calls that are already queued behind it."""
        return task.deferLater(reactor, 0.05, lambda: value)

    def remote_hello(self, ref):
        self.refs.append(ref)
        ref.notifyOnDisconnect(self._lost, ref)
        emit("hello", tubid=ref.getRemoteTubID())

    def remote_lost(self):
        return self.lost

    def _lost(self, ref):
        self.refs.remove(ref)
        self.lost += 1
        emit("lost", count=self.lost)


class C(peerlib.Peer):
    async def start(self):
        host, port = peerlib.parse_endpoint(self.args.listen)
        self.tub = peerlib.PeerTub(certFile=self.args.pem)
        listener = self.tub.listenOn(peerlib.server_description(host, port))
        self.tub.startService()
        emit("listening", port=peerlib.listening_port(listener), tubid=self.tub.tubID)
        if self.args.hint:
            self.command_location(",".join(self.args.hint))

    async def stop(self):
        await defer.maybeDeferred(self.tub.stopService)

    def command_location(self, hints):
        """A Tub takes a location once only; a second one is an error event."""
        self.tub.setLocation(*[hint.strip() for hint in hints.split(",")])
        emit("furl", furl=self.tub.registerReference(Target(), self.args.name))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pem", required=True, help="file with the certificate, made when missing")
    parser.add_argument("--listen", required=True, help="HOST:PORT; port 0 takes any")
    parser.add_argument("--hint", action="append", help="connection hint for the FURL; may be repeated")
    parser.add_argument("--name", default="target", help="the object's name (swissnum)")
    C(parser.parse_args()).run()


if __name__ == "__main__":
    main()
