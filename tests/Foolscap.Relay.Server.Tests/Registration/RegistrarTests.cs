using System.Text;
using Foolscap.Furls;
using Foolscap.Relay.Server.Tests.Fixtures;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Registration;

/// <summary>What the registrar takes, and what it answers.</summary>
internal sealed class RegistrarTests : RelayFixture
{
    protected override RelayServerOptions? Options => new RelayServerOptions { Window = 12_345 };

    [Test]
    public async Task Register_OwnTubId_AnswersVersionHintsWindowAndDirect()
    {
        Test.RelayTub.Tub.Hints = [ConnectionHint.Tcp("relay.example.org", 1234), ConnectionHint.Tcp("192.0.2.9", 80)];
        object? answer = await Test.CallRegistrarAsync("register", Test.ClientId, new ScriptedListener(), RelayUnderTest.Options());
        Assert.That(answer, Is.InstanceOf<Dictionary<object, object?>>());
        Dictionary<object, object?> fields = (Dictionary<object, object?>)answer!;
        Assert.Multiple(() =>
        {
            Assert.That(fields.Keys, Is.EquivalentTo(new[] { "version", "hints", "window", "direct" }));
            Assert.That(fields["version"], Is.EqualTo(1L));
            Assert.That(fields["hints"], Is.EqualTo(new List<object?> { "tcp:relay.example.org:1234", "tcp:192.0.2.9:80" }));
            Assert.That(fields["window"], Is.EqualTo(12_345L));
            Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
        });
    }

    [Test]
    public async Task Register_TubIdAsByteString_IsTaken()
    {
        await Test.CallRegistrarAsync("register", Encoding.ASCII.GetBytes(Test.ClientId), new ScriptedListener(), RelayUnderTest.Options());
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [Test]
    public async Task Register_UnknownOptions_AreIgnored()
    {
        Dictionary<object, object?> options = new() { ["window"] = 5, ["colour"] = "green", [7] = null };
        await Test.CallRegistrarAsync("register", Test.ClientId, new ScriptedListener(), options);
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [Test]
    public async Task Register_TubIdOfSomebodyElse_IsRefusedWithBothNames()
    {
        string other = TestCertificates.Mid.TubId.ToString();
        RemoteException refusal = await Test.RefusedAsync("register", other, new ScriptedListener(), RelayUnderTest.Options());
        Assert.That(refusal.RemoteMessage, Is.EqualTo(
            $"Only Tub {other} itself may register that TubID; this connection is that of Tub {Test.ClientId}."));
        await AssertNothingIsLeftAsync();
    }

    [TestCaseSource(nameof(NoTubIds))]
    public async Task Register_NoTubId_IsRefusedAsAViolation(object? tubId)
    {
        RemoteException refusal = await Test.RefusedAsync("register", tubId, new ScriptedListener(), RelayUnderTest.Options());
        Assert.That(refusal.RemoteType, Is.EqualTo("foolscap.tokens.Violation"), refusal.RemoteMessage);
        Assert.That(refusal.RemoteMessage, Has.Length.LessThan(500));
        await AssertNothingIsLeftAsync();
    }

    [TestCase(null)]
    [TestCase(5)]
    [TestCase("text")]
    public async Task Register_NoListener_IsRefusedAsAViolation(object? listener)
    {
        RemoteException refusal = await Test.RefusedAsync("register", Test.ClientId, listener, RelayUnderTest.Options());
        Assert.That(refusal.RemoteType, Is.EqualTo("foolscap.tokens.Violation"), refusal.RemoteMessage);
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Register_ListenerIsAnObjectOfTheRelay_IsRefused()
    {
        RemoteException refusal = await Test.RefusedAsync("register", Test.ClientId, Test.Registrar, RelayUnderTest.Options());
        Assert.That(refusal.RemoteMessage, Does.Contain("must be a remote reference").And.Contain("object of this Tub"));
        await AssertNothingIsLeftAsync();
    }

    [TestCaseSource(nameof(NoDicts))]
    public async Task Register_OptionsAreNoDict_IsRefusedAsAViolation(object? options)
    {
        RemoteException refusal = await Test.RefusedAsync("register", Test.ClientId, new ScriptedListener(), options);
        Assert.That(refusal.RemoteType, Is.EqualTo("foolscap.tokens.Violation"), refusal.RemoteMessage);
        await AssertNothingIsLeftAsync();
    }

    [TestCase(0)]
    [TestCase(-1)]
    [TestCase("5")]
    [TestCase(true)]
    [TestCase(1.5)]
    [TestCase(null)]
    public async Task Register_BadWindow_IsRefused(object? window)
    {
        Dictionary<object, object?> options = new() { ["window"] = window };
        RemoteException refusal = await Test.RefusedAsync("register", Test.ClientId, new ScriptedListener(), options);
        Assert.That(refusal.RemoteMessage, Does.StartWith("A window must be an integer of at least 1"));
        await AssertNothingIsLeftAsync();
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [TestCase(4)]
    public async Task Register_WrongNumberOfArguments_IsRefused(int count)
    {
        object?[] arguments = [Test.ClientId, new ScriptedListener(), RelayUnderTest.Options(), new ScriptedListener()];
        RemoteException refusal = await Test.RefusedAsync("register", arguments[..count]);
        Assert.That(refusal.RemoteMessage, Is.EqualTo($"register() takes 3 arguments, and got {count}."));
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Register_KeywordArguments_AreRefused()
    {
        Task<object?> call = Test.Registrar.CallAsync(
            "register",
            [Test.ClientId, new ScriptedListener()],
            new Dictionary<string, object?> { ["options"] = RelayUnderTest.Options() });
        await Assert.ThrowsAsync<RemoteException>(() => call.Within("the refusal"));
        await AssertNothingIsLeftAsync();
    }

    [TestCase("remote_register")]
    [TestCase("list")]
    public async Task Call_UnknownMethod_IsRefused(string method) =>
        Assert.That((await Test.RefusedAsync(method)).RemoteMessage, Does.Contain(method));

    [Test]
    public async Task Unregister_OwnListener_EndsTheRegistrationOnce()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        Assert.That(await Test.CallRegistrarAsync("unregister", Test.ClientId, listener), Is.Null);
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.Zero);
        RemoteException refusal = await Test.RefusedAsync("unregister", Test.ClientId, listener);
        Assert.That(refusal.RemoteMessage, Is.EqualTo($"Tub {Test.ClientId} has not registered this listener."));
        await AssertNothingIsLeftAsync();
    }

    [Test]
    public async Task Unregister_AnotherListener_IsRefusedAndTheRegistrationStands()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        await Test.RefusedAsync("unregister", Test.ClientId, new ScriptedListener());
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
        await Test.CallAsync();
        await listener.NextAsync();
    }

    [Test]
    public async Task Unregister_ListenerThatWasReplaced_IsRefused()
    {
        ScriptedListener older = await Test.RegisterAsync();
        ScriptedListener newer = await Test.RegisterAsync();
        await Test.RefusedAsync("unregister", Test.ClientId, older);
        await Test.CallAsync();
        await newer.NextAsync();
        Assert.That(older.Waiting, Is.Zero);
    }

    [Test]
    public async Task Unregister_TubIdOfSomebodyElse_IsRefused()
    {
        ScriptedListener listener = await Test.RegisterAsync();
        RemoteException refusal = await Test.RefusedAsync("unregister", TestCertificates.Mid.TubId.ToString(), listener);
        Assert.That(refusal.RemoteMessage, Does.StartWith($"Only Tub {TestCertificates.Mid.TubId} itself may unregister that TubID"));
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    [TestCase(1)]
    [TestCase(3)]
    public async Task Unregister_WrongNumberOfArguments_IsRefused(int count)
    {
        ScriptedListener listener = await Test.RegisterAsync();
        object?[] arguments = [Test.ClientId, listener, RelayUnderTest.Options()];
        RemoteException refusal = await Test.RefusedAsync("unregister", arguments[..count]);
        Assert.That(refusal.RemoteMessage, Is.EqualTo($"unregister() takes 2 arguments, and got {count}."));
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.EqualTo(1));
    }

    private static IEnumerable<TestCaseData> NoTubIds()
    {
        yield return new TestCaseData(null).SetArgDisplayNames("None");
        yield return new TestCaseData(5).SetArgDisplayNames("integer");
        yield return new TestCaseData("").SetArgDisplayNames("empty text");
        yield return new TestCaseData(new byte[] { 0xFF }).SetArgDisplayNames("byte string that is no ASCII");
        yield return new TestCaseData(new string('a', 100_000)).SetArgDisplayNames("long text");
    }

    private static IEnumerable<TestCaseData> NoDicts()
    {
        yield return new TestCaseData(null).SetArgDisplayNames("None");
        yield return new TestCaseData(5).SetArgDisplayNames("integer");
        yield return new TestCaseData("text").SetArgDisplayNames("text");
        yield return new TestCaseData(new List<object?>()).SetArgDisplayNames("list");
    }

    /// <summary>Nothing is registered, and the client's listeners are its own again.</summary>
    private async Task AssertNothingIsLeftAsync()
    {
        Assert.That(Test.Relay.Statistics.RegisteredTubs, Is.Zero);
        await Test.UntilAsync(() => Test.Registrar.Connection.ExportedReferences == 0, "the release of the refused listener");
    }
}
