using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Microsoft.Extensions.DependencyInjection;

namespace Foolscap.Relay.Hosting.Tests.Support;

/// <summary>A host whose Tub greets, behind relays, and those who call it.</summary>
internal static class Greeter
{
    public const string Name = "greeter";

    public static Task<TestHost> StartAsync(string pem, params IReadOnlyList<Furl> relays)
    {
        TestCertificates.Low.Save(pem);
        return TestHost.StartAsync(services =>
            services.AddFoolscapRelayClient(options =>
            {
                options.TubPem = pem;
                relays.ToList().ForEach(relay => options.Relays.Add(relay.ToString()));
            })
            .ConfigureTub((tub, _) => tub.Register(
                new Referenceable()
                    .On("greet", call => $"Hello, {call.Get<string>(0)}!")
                    .On("address", call => $"{call.Connection.RemoteEndPoint}"),
                Name)));
    }

    /// <summary>The greeter's FURL, once it is registered.</summary>
    public static async Task<Furl> GetFurlAsync(TestHost host)
    {
        await host.Client.WaitUntilRegisteredAsync().WaitAsync(TestHost.Deadline);
        return new Furl(host.Client.Tub.TubId, host.Client.Tub.Hints, Name);
    }

    /// <summary>Calls it once, and keeps the connection.</summary>
    public static async Task<RemoteReference> CallAsync(Tub caller, Furl furl)
    {
        RemoteReference greeter = await caller.GetReferenceAsync(furl).WaitAsync(TestHost.Deadline);
        Assert.That(await greeter.CallAsync<string>("greet", ["B"]).WaitAsync(TestHost.Deadline), Is.EqualTo("Hello, B!"));
        return greeter;
    }
}
