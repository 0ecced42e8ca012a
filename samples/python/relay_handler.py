"""From the relay to our own Tub: the handler, which the relay calls. Used by relay_bridge.py."""
from foolscap.api import Referenceable
from twisted.internet import defer

WINDOW = 262144  # bytes that the relay may have in flight; another number would have to be given in register
MAX_WRITE = 65536


class Handler(Referenceable):
    def __init__(self, transport):
        self.transport = transport
        self.waiting = []  # the answers that are still owed
        self.held = 0  # and their bytes
        self.closing = False
        transport.registerProducer(self, False)  # so resumeProducing is called when nothing is left to write

    def remote_write(self, data):
        self.held += len(data)
        if self.closing or not 0 < len(data) <= MAX_WRITE or self.held > WINDOW:
            self.transport.abortConnection()
            raise ValueError("this write is not allowed")
        self.transport.write(data)
        self.waiting.append(defer.Deferred())
        return self.waiting[-1]

    def resumeProducing(self):
        # The kernel has taken everything. Answered now and not before, the writes follow the pace of our Tub, and
        # this process never holds more than a window.
        waiting, self.waiting, self.held = self.waiting, [], 0
        for answer in waiting:
            answer.callback(None)  # None: the window stays as it is
        if self.closing:
            self.transport.unregisterProducer()  # with a producer Twisted would never half-close
            self.transport.loseWriteConnection()

    def remote_close(self):
        if not self.closing:
            self.closing = True
            if not self.waiting:
                self.resumeProducing()

    def remote_abort(self, reason):
        self.transport.abortConnection()  # a reset, as the other end of the connection had one

    def stopProducing(self):
        # The socket is lost. An error answer to a write tells the relay so.
        self.closing = True
        for answer in self.waiting:
            answer.errback(ConnectionError("the connection to the Tub is lost"))
        self.waiting = []
