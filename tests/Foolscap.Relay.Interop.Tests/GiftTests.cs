using System.Net;
using System.Text.Json;
using Foolscap.Furls;
using Foolscap.Relay.Interop.Tests.Peers;
using Foolscap.Tubs;

namespace Foolscap.Relay.Interop.Tests;

internal sealed class GiftTests
{
    [Test]
    public async Task Gift_OfAPythonTub_IsRefusedWithAViolationThatTheCallerSees_AndTheConnectionGoesOn()
    {
        await using Tub tub = new(TubCertificate.Create());
        await using TubListener listener = new(tub);
        tub.Hints = [ConnectionHint.Tcp("127.0.0.1", listener.Listen(new IPEndPoint(IPAddress.Loopback, 0)).Port)];
        Furl furl = tub.Register(new Referenceable().On("echo", call => call.Arguments[0]));

        await using PythonPeer giver = PythonPeer.Start("gift_giver.py", "--furl", furl.ToString());
        JsonElement gift = await giver.TakeEventAsync("gift");

        Assert.That(gift.GetProperty("type").GetString(), Is.EqualTo("foolscap.tokens.Violation"));
        Assert.That(gift.GetProperty("text").GetString(), Does.Contain("gifts are refused"));
        Assert.That((await giver.TakeEventAsync("echo")).GetProperty("answer").GetString(), Is.EqualTo("still there"));
        await giver.StopAsync();
    }
}
