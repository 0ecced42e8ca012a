"""A Tub that registers itself with a relay: self_registering.py REGISTRAR --pem FILE --port PORT

One Tub does both: it connects to the relay, and it listens on loopback for what the relay brings. So there is no
second process with its certificate. REGISTRAR is the FURL that the relay's operator gives out.
"""
import argparse

from foolscap.api import Referenceable, Tub
from foolscap.negotiate import Negotiation
from twisted.internet import reactor
from twisted.python import log

from relay_bridge import Listener


class Greeter(Referenceable):
    def remote_greet(self, name):
        return "Hello, %s!" % name


class NoDelay(Negotiation):
    def connectionMade(self):  # Foolscap leaves Nagle's algorithm on, which costs up to 40 ms a call over a relay
        self.transport.setTcpNoDelay(True)
        Negotiation.connectionMade(self)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("registrar", metavar="REGISTRAR")
    parser.add_argument("--pem", required=True, help="file with the certificate; made when missing")
    parser.add_argument("--port", type=int, required=True, help="a free port on 127.0.0.1")
    arguments = parser.parse_args()
    tub, greeter = Tub(certFile=arguments.pem), Greeter()
    tub.negotiationClass = NoDelay
    tub.setOption("accept-gifts", False)  # so a reference can only belong to the connection that it came by
    tub.setOption("keepaliveTimeout", 20)  # keeps the NAT's mapping alive
    tub.setOption("disconnectTimeout", 60)
    tub.listenOn("tcp:%d:interface=127.0.0.1" % arguments.port)
    tub.startService()

    def connected(registrar):  # again after each reconnection
        listener = Listener(arguments.port)
        registrar.callRemote("register", tub.tubID, listener, {}).addCallback(registered, listener).addErrback(log.err)

    def registered(answer, listener):
        listener.window = answer.get("window", listener.window)
        if not tub.locationHints:  # a Tub takes its location once
            tub.setLocation(*answer["hints"])
            print(tub.registerReference(greeter, "greeter"), flush=True)

    tub.connectTo(arguments.registrar, connected).maxDelay = 60  # Foolscap's own longest wait is an hour
    reactor.addSystemEventTrigger("before", "shutdown", tub.stopService)
    reactor.run()


if __name__ == "__main__":
    main()
