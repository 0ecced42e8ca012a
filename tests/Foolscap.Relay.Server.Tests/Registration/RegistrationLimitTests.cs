using System.Net;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.TestUtilities;
using Foolscap.Tubs;
using Moq;

namespace Foolscap.Relay.Server.Tests.Registration;

/// <summary>Every reason for which a registration is refused: what the Tub reads, what is counted and logged, and that others stay.</summary>
internal sealed class RegistrationLimitTests : RelayFixture
{
    [Test]
    public async Task Register_AsManyTubsAsTheRelayTakes_NextIsRefusedAndAReturningOneIsNot()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { MaxRegisteredTubs = 1 } });
        await Test.RegisterAsync();
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        await AssertRefusedAsync(other, RelayRefusal.RegistrationLimit, "this relay has as many Tubs as it takes, try again later");
        ScriptedListener again = await Test.RegisterAsync();
        await Test.CallRegistrarAsync("unregister", Test.ClientId, again);
        await other.RegisterAsync();
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [Test]
    public async Task Register_AsManyTubsAsOneAddressMay_NextIsRefusedAndOtherAddressesAreNot()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { MaxRegisteredTubsPerAddress = 1 } });
        await Test.RegisterAsync();
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        await AssertRefusedAsync(other, RelayRefusal.RegistrationLimitOfAddress, "this relay has as many Tubs from this address as it takes");
        await Test.RegisterAsync();
        ClientTub elsewhere = await Test.ConnectAsync(TestCertificates.Made, "2001:db8::7");
        await elsewhere.RegisterAsync();
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(2));
    }

    [Test]
    public async Task Register_TwoAddressesOfOneIPv6Subnet_CountAsOne()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { MaxRegisteredTubsPerAddress = 1 } });
        ClientTub one = await Test.ConnectAsync(TestCertificates.Mid, "2001:db8::1");
        ClientTub two = await Test.ConnectAsync(TestCertificates.Made, "2001:db8::ffff:1");
        await one.RegisterAsync();
        Assert.That((await two.RegistrationRefusedAsync()).RemoteMessage, Is.EqualTo("this relay has as many Tubs from this address as it takes"));
    }

    [Test]
    public async Task Register_TubThatNeverMay_IsNotAskedAboutWithoutEnd()
    {
        Mock<IRegistrationPolicy> policy = new();
        policy.Setup(one => one.DecideAsync(It.IsAny<RegistrationRequest>(), It.IsAny<CancellationToken>())).ReturnsAsync(AdmissionDecision.Deny("not you"));
        await RestartAsync(new RelayServerOptions { RegistrationPolicy = policy.Object });
        for (int i = 0; i < 40; i++)
        {
            await Test.First.RegistrationRefusedAsync();
        }

        policy.Verify(one => one.DecideAsync(It.IsAny<RegistrationRequest>(), It.IsAny<CancellationToken>()), Times.Exactly(20));
        Assert.That(Test.Refusals(RelayRefusal.RegistrationRate), Is.EqualTo(20));
    }

    [Test]
    public async Task Register_TwentyAtOnce_NextIsRefusedThenOneASecond()
    {
        for (int i = 0; i < 20; i++)
        {
            await Test.RegisterAsync();
        }

        await AssertRefusedAsync(Test.First, RelayRefusal.RegistrationRate, "this Tub registers too often, try again in a minute");
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1), "The last good registration stands.");
        ClientTub other = await Test.ConnectAsync(TestCertificates.Mid);
        await other.RegisterAsync();
        Test.Time.Advance(TimeSpan.FromSeconds(2.1));
        await Test.RegisterAsync();
        await Test.RegisterAsync();
        await Test.First.RegistrationRefusedAsync();
    }

    [Test]
    public async Task Register_FloodOfRegisterAndUnregister_IsSlowedDownAsWell()
    {
        for (int i = 0; i < 20; i++)
        {
            await Test.CallRegistrarAsync("unregister", Test.ClientId, await Test.RegisterAsync());
        }

        await AssertRefusedAsync(Test.First, RelayRefusal.RegistrationRate, "this Tub registers too often, try again in a minute");
    }

    [Test]
    public async Task Register_FloodOfRefusals_IsOneLineInTenSecondsWithItsCount()
    {
        await RestartAsync(new RelayServerOptions { Limits = new RelayLimits { RegistrationsPerMinutePerTub = 1 } });
        for (int i = 0; i < 20; i++)
        {
            await Test.RegisterAsync();
        }

        for (int i = 0; i < 30; i++)
        {
            await Test.First.RegistrationRefusedAsync();
        }

        Assert.That(Lines(), Has.Count.EqualTo(1));
        Test.Time.Advance(TimeSpan.FromSeconds(10.01));
        await Test.First.RegistrationRefusedAsync();
        Assert.That(Lines(), Has.Count.EqualTo(2));
        Assert.That(Lines()[1], Does.StartWith("Registrations that were refused for this reason since the last such line: 30;").And.Contain(Test.ClientId));
        Assert.That(Test.Refusals(RelayRefusal.RegistrationRate), Is.EqualTo(31));
    }

    [Test]
    public async Task Register_PolicyDenies_IsRefusedBeforeAnythingIsDone()
    {
        Mock<IRegistrationPolicy> policy = new();
        RegistrationRequest? asked = null;
        policy.Setup(one => one.DecideAsync(It.IsAny<RegistrationRequest>(), It.IsAny<CancellationToken>()))
            .Callback((RegistrationRequest request, CancellationToken _) => asked = request)
            .ReturnsAsync(AdmissionDecision.Deny("ask the operator"));
        await RestartAsync(new RelayServerOptions { RegistrationPolicy = policy.Object });
        await AssertRefusedAsync(Test.First, RelayRefusal.RegistrationPolicy, "this Tub may not register: ask the operator");
        Assert.That(asked, Is.EqualTo(new RegistrationRequest(Test.Client.TubId, IPEndPoint.Parse("192.0.2.1:4321"))));
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.Zero);
        await Test.UntilAsync(() => Test.Registrar.Connection.ExportedReferences == 0, "the release of the refused listener");
    }

    [Test]
    public async Task Register_Draining_IsRefused()
    {
        await Test.Relay.DrainAsync(TimeSpan.FromSeconds(30));
        await AssertRefusedAsync(Test.First, RelayRefusal.Draining, "this relay is being shut down");
    }

    private async Task AssertRefusedAsync(ClientTub client, RelayRefusal reason, string message)
    {
        RemoteException refusal = await client.RegistrationRefusedAsync();
        Assert.That((refusal.RemoteType, refusal.RemoteMessage), Is.EqualTo(("foolscap.tokens.Violation", message)));
        Assert.That(Test.Refusals(reason), Is.EqualTo(1));
        Assert.That(Test.Relay.Statistics.TotalRefusals, Is.EqualTo(1));
        Assert.That(Lines().Single(), Does.Contain(client.Id).And.EndWith(message));
    }

    private List<string> Lines() => [.. Test.Log.Records.Where(record => record.EventId.Id == 3008).Select(record => record.Message)];
}
