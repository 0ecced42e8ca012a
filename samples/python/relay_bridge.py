"""From our own Tub to the relay, and the listener that brings both directions together. Used by self_registering.py."""
from foolscap.api import Referenceable
from twisted.internet import endpoints, interfaces, protocol, reactor
from zope.interface import implementer
from relay_handler import MAX_WRITE, WINDOW, Handler

class Listener(Referenceable):
    def __init__(self, port):
        self.port, self.window = port, WINDOW  # the window is the relay's, unless it names another

    def remote_accept(self, responder, info):
        port = endpoints.TCP4ClientEndpoint(reactor, "127.0.0.1", self.port)
        return endpoints.connectProtocol(port, Bridge(responder, self.window)).addCallback(lambda b: b.handler)

@implementer(interfaces.IHalfCloseableProtocol)  # one direction may end long before the other
class Bridge(protocol.Protocol):
    def __init__(self, responder, window):
        self.responder, self.window, self.in_flight, self.reading, self.directions = responder, window, 0, True, 2

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        self.transport.pauseProducing()
        self.handler = Handler(self.transport)
        self.lost = self.responder.notifyOnDisconnect(self.transport.abortConnection)
        reactor.callLater(0, self.pump)  # the responder may be called only after accept is answered

    def pump(self, answer=None, size=0):  # an answer is None, or the window from now on
        self.in_flight, self.window = self.in_flight - size, self.window if answer is None else answer
        if type(self.window) is not int or self.window < 1:
            raise ValueError("not a window: %r" % (self.window,))
        room = min(MAX_WRITE, self.window - self.in_flight)
        if self.reading:  # a full window stops that, which slows down our Tub and nobody else
            self.transport.bufferSize = max(1, room)  # one read takes no more
            (self.transport.resumeProducing if room > 0 else self.transport.pauseProducing)()

    def dataReceived(self, data):
        self.in_flight += len(data)
        self.call(len(data), "write", data)
        self.pump()

    def call(self, size, *call):
        d = self.responder.callRemote(*call)
        d.addCallback(self.pump, size).addErrback(lambda why: self.transport.abortConnection())  # an error means abort

    def readConnectionLost(self):
        self.reading = False
        self.call(0, "close")
        self.writeConnectionLost()

    def writeConnectionLost(self):  # once for each direction
        self.directions -= 1
        if not self.directions:
            self.transport.loseConnection()

    def connectionLost(self, reason):
        self.responder.dontNotifyOnDisconnect(self.lost)
        if self.directions:
            self.responder.callRemoteOnly("abort", "the connection to the Tub is lost")
        self.responder, self.reading = None, False  # Foolscap sends decref when Python has freed the responder
