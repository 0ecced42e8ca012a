"""A Tub that passes a reference to an object of a third Tub (a gift) to the object of a FURL, and then calls it honestly.

Prints the event "gift" with the type and the text of the error that came back, and "echo" with the answer.
"""

import argparse

from foolscap.api import Referenceable, Tub
from twisted.internet import defer

import peerlib
from peerlib import emit


class GiftGiver(peerlib.Peer):
    async def start(self):
        self.tub, self.third = Tub(), Tub()
        for tub in (self.tub, self.third):
            tub.startService()
        port = self.third.listenOn("tcp:0:interface=127.0.0.1").getPortnum()
        self.third.setLocation("tcp:127.0.0.1:%d" % port)
        present = await peerlib.awaitable(self.tub.getReference(self.third.registerReference(Referenceable())))
        target = await peerlib.awaitable(self.tub.getReference(self.args.furl))
        d = target.callRemote("echo", present)
        failure = await d.addBoth(lambda outcome: [outcome])
        emit("gift", type="%s.%s" % (failure[0].type.__module__, failure[0].type.__name__), text=str(failure[0].value))
        emit("echo", answer=await peerlib.call(target, "echo", "still there"))

    async def stop(self):
        for tub in (self.tub, self.third):
            await defer.maybeDeferred(tub.stopService)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--furl", required=True, help="the FURL of an object with a method echo")
    GiftGiver(parser.parse_args()).run()


if __name__ == "__main__":
    main()
