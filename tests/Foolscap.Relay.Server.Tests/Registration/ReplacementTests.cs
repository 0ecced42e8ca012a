using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Registration;

/// <summary>The newest registration wins at once, whatever has become of the older one; and those who fight are noticed.</summary>
internal sealed class ReplacementTests : RelayFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Register_NewProcessWhileTheOldConnectionIsBlackHoled_WinsAtOnce(bool relayIsMaster)
    {
        await using RelayUnderTest test = await RelayUnderTest.StartAsync(isMaster: relayIsMaster);
        ScriptedListener older = await test.RegisterAsync();
        test.First.Link.BlackHole();
        ClientTub anew = await test.ConnectAsync(relayIsMaster ? TestCertificates.Low : TestCertificates.High);
        ScriptedListener newer = await anew.RegisterAsync();
        await test.CallAsync();
        await newer.AcceptAsync();
        Assert.That((older.Waiting, test.Relay.Statistics.RegisteredTubs), Is.EqualTo((0, 1)));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Register_SameProcessThatHasGivenUpItsBlackHoledConnection_WinsAtOnce(bool relayIsMaster)
    {
        await using RelayUnderTest test = await RelayUnderTest.StartAsync(isMaster: relayIsMaster);
        await test.RegisterAsync();
        test.First.Link.BlackHole();
        test.Registrar.Connection.Abort("nothing was received");
        await test.First.ReconnectAsync();
        ScriptedListener newer = await test.RegisterAsync();
        await test.CallAsync();
        await newer.AcceptAsync();
        Assert.That(test.Relay.Statistics.RegistrationConflicts, Is.Zero, "One process that comes back fights with nobody.");
    }

    [Test]
    public async Task Register_CallerIsOfferedOnTheOldConnectionMeanwhile_IsOfferedOnTheNewOne()
    {
        ScriptedListener older = await Test.RegisterAsync();
        Caller caller = await Test.CallAsync();
        await older.NextAsync();
        Test.First.Link.BlackHole();
        ClientTub anew = await Test.ConnectAsync(TestCertificates.High);
        ScriptedListener newer = await anew.RegisterAsync();
        (ScriptedEnd handler, _) = await newer.AcceptAsync();
        Assert.That(await handler.TakeAsync(caller.Request.Length), Is.EqualTo(caller.Request));
        Assert.That(newer.Waiting, Is.Zero, "It is offered once.");
    }

    [Test]
    public async Task Register_TwoProcessesOfOneTubInTurns_IsAConflictAndHarmsNobodyElse()
    {
        ClientTub bystander = await Test.ConnectAsync(TestCertificates.Mid);
        ScriptedListener listener = await bystander.RegisterAsync();
        await Test.RegisterAsync();
        ClientTub rival = await Test.ConnectAsync(TestCertificates.High, "203.0.113.9");
        await rival.RegisterAsync();
        Assert.That(Test.Relay.Statistics.RegistrationConflicts, Is.Zero, "That may be the new process of a program that was started anew.");
        await Test.First.ReconnectAsync();
        await Test.RegisterAsync();
        LogRecord record = await Test.Log.WaitForAsync(record => record.EventId.Id == 3009);
        Assert.That(record.Message, Does.Contain(Test.ClientId).And.Contain("192.0.2.1:4321").And.Contain("203.0.113.9:4321"));
        Assert.That(Test.Relay.Statistics.RegistrationConflicts, Is.EqualTo(1));
        await Test.CallAsync(bystander.Id);
        await listener.NextAsync();
        Assert.That(bystander.Registrar.Connection.Disconnected.IsCancellationRequested, Is.False);
    }
}
