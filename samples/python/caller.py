"""Calls a Tub by its FURL: caller.py FURL

Whether the FURL's hints lead to the Tub itself or to a relay makes no difference here.
"""
import argparse

from foolscap.api import Tub
from twisted.internet import defer, task


async def main(reactor, furl):
    tub = Tub()  # no location and no file: its certificate lasts for this run
    tub.startService()
    try:
        greeter = await tub.getReference(furl)
        # Foolscap leaves Nagle's algorithm on; over a relay that costs up to 40 ms a call.
        greeter.tracker.broker.transport.setTcpNoDelay(True)
        print(await greeter.callRemote("greet", "Python"))
    except Exception as problem:  # of a relay it quotes the answer: "404 Not Found: unknown TubID ..."
        raise SystemExit("failed: %s" % problem)
    finally:
        await tub.stopService()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("furl", metavar="FURL")
    arguments = parser.parse_args()
    task.react(lambda reactor: defer.ensureDeferred(main(reactor, arguments.furl)))
