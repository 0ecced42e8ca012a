"""A Tub that tries to register the TubID of somebody else, and to take a registration back that is not its own.

Prints the event "registering" or "unregistering" for each attempt, with the error that the relay answered, or null.
"""

import argparse

from foolscap.api import Referenceable
from twisted.internet import defer

import peerlib
from peerlib import emit


class Impostor(peerlib.Peer):
    async def start(self):
        self.tub = peerlib.relay_tub()
        self.tub.startService()
        registrar = await peerlib.awaitable(self.tub.getReference(self.args.registrar))
        listener = Referenceable()
        emit("started", tubid=self.tub.tubID)
        await self._try("registering", registrar, "register", self.args.tubid, listener, {})
        await self._try("unregistering", registrar, "unregister", self.args.tubid, listener)

    async def stop(self):
        await defer.maybeDeferred(self.tub.stopService)

    async def _try(self, event, registrar, method, *args):
        try:
            await peerlib.call(registrar, method, *args)
        except Exception as e:
            emit(event, error=str(e))
        else:
            emit(event, error=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registrar", required=True, help="the relay's FURL")
    parser.add_argument("--tubid", required=True, help="the TubID of somebody else")
    Impostor(parser.parse_args()).run()


if __name__ == "__main__":
    main()
