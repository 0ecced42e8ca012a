"""A Tub that a relay can make reachable: target.py --pem FILE --listen 127.0.0.1:PORT --hint HINT[,HINT]

It knows nothing of relays. A relay client on this machine, which runs with the same certificate file, registers it
and brings the connections to its port.
"""
import argparse

from foolscap.api import Referenceable, Tub
from foolscap.negotiate import Negotiation
from twisted.internet import reactor


class Greeter(Referenceable):
    def remote_greet(self, name):
        return "Hello, %s!" % name


class NoDelay(Negotiation):
    def connectionMade(self):  # Foolscap leaves Nagle's algorithm on, which costs up to 40 ms a call over a relay
        self.transport.setTcpNoDelay(True)
        Negotiation.connectionMade(self)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pem", required=True, help="file with the certificate; made when missing")
    parser.add_argument("--listen", required=True, metavar="127.0.0.1:PORT")
    parser.add_argument("--hint", required=True, help="where callers shall connect: the relay's hints, with commas")
    arguments = parser.parse_args()
    host, port = arguments.listen.rsplit(":", 1)

    # The file keeps the TubID, and with it every FURL, the same from run to run.
    tub = Tub(certFile=arguments.pem)
    tub.negotiationClass = NoDelay
    # Loopback only: nobody but the relay client can connect.
    tub.listenOn("tcp:%s:interface=%s" % (port, host))
    # The location is what goes into FURLs: the relay's address, not the one on which this Tub listens.
    tub.setLocation(*arguments.hint.split(","))
    tub.startService()
    # A fixed name keeps this sample simple. Without a name Foolscap makes an unguessable one, which is what makes a
    # FURL a secret; furlFile= keeps it from run to run.
    print(tub.registerReference(Greeter(), "greeter"), flush=True)
    reactor.addSystemEventTrigger("before", "shutdown", tub.stopService)
    reactor.run()


if __name__ == "__main__":
    main()
