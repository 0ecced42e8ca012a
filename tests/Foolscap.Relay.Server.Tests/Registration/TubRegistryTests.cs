using System.Runtime.CompilerServices;
using Foolscap.Furls;
using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Server.Observation;
using Foolscap.Relay.Server.Registration;
using Foolscap.Relay.Tests.Support;
using Foolscap.TestUtilities;
using Foolscap.Tubs;

namespace Foolscap.Relay.Server.Tests.Registration;

/// <summary>Which of several registrations counts. The two connections come from one Tub to two Tubs of the relay's side.</summary>
internal sealed class TubRegistryTests
{
    private readonly InMemoryNetwork _network = new();
    private RecordingLoggerFactory _log = null!;
    private TubRegistry _registry = null!;
    private TestTub _client = null!;
    private TestTub _first = null!;
    private TestTub _second = null!;

    private string ClientId => _client.TubId.ToString();

    [SetUp]
    public void Create()
    {
        _log = new RecordingLoggerFactory();
        RelayLog log = new(_log.CreateLogger("test"));
        FakeTimeProvider time = new();
        _registry = new TubRegistry(
            new RelayServerOptions(), new CurrentLimits(new RelayLimits()), new RelayEventSink(null, log, time), log, time);
        _client = new TestTub(_network, TestCertificates.High);
        _first = new TestTub(_network, TestCertificates.Low);
        _second = new TestTub(_network, TestCertificates.Mid);
    }

    [TearDown]
    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        _log.Dispose();
    }

    [Test]
    public void Find_NobodyRegistered_FindsNothing()
    {
        Assert.That(_registry.Find(ClientId).Registration, Is.Null);
        Assert.That(_registry.Count, Is.Zero);
    }

    [Test]
    public async Task Add_SecondRegistration_WinsAtOnceAndTheFirstIsReleased()
    {
        TubRegistration older = await RegisterAsync(_first);
        TubRegistration newer = await RegisterAsync(_second);
        Assert.Multiple(() =>
        {
            Assert.That(_registry.Find(ClientId).Registration, Is.SameAs(newer));
            Assert.That(_registry.Count, Is.EqualTo(1));
            Assert.That(older.Connection.HeldReferences, Is.Zero);
            Assert.That(older.Connection.Disconnected.IsCancellationRequested, Is.False, "It lives on, with its streams.");
        });
    }

    [Test]
    public async Task Disconnect_OfTheOlderConnection_LeavesTheNewerRegistration()
    {
        RemoteReference listener = await ListenerAt(_first);

        // The callbacks of a token run last come first served: this one after the registry's.
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        listener.Connection.Disconnected.Register(() => told.SetResult());
        Add(new TubRegistration(listener, events: null, sendWindow: 100, new CurrentLimits(new RelayLimits())));
        TubRegistration newer = await RegisterAsync(_second);
        listener.Connection.Abort("the test cuts it");
        await told.Task.Within("the end of the older connection");
        Assert.That(_registry.Find(ClientId).Registration, Is.SameAs(newer));
    }

    [Test]
    public async Task Disconnect_OfItsConnection_EndsTheRegistrationAndSaysWhy()
    {
        TubRegistration registration = await RegisterAsync(_first);
        registration.Connection.Abort("the test cuts it");
        LogRecord record = await _log.WaitForAsync(record => record.EventId.Id == 3002);
        Assert.That(record.Message, Does.Contain(ClientId).And.Contain("the test cuts it"));
        Assert.That(_registry.Find(ClientId).Registration, Is.Null);
        Assert.That(_registry.Count, Is.Zero);
    }

    [Test]
    public async Task Add_OnAConnectionThatIsGone_IsRefused_AndANewerRegistrationStands()
    {
        RemoteReference late = await ListenerAt(_first);
        TubRegistration newer = await RegisterAsync(_second);
        late.Connection.Abort("the test cuts it");
        await late.Connection.Disconnected.CancelledWithinLimit();

        Assert.That(() => Add(new TubRegistration(late, events: null, sendWindow: 100, new CurrentLimits(new RelayLimits()))), Throws.TypeOf<ViolationException>());

        Assert.That(_registry.Find(ClientId).Registration, Is.SameAs(newer));
    }

    [Test]
    public async Task Add_TurnIsOver_IsRefused_AndTheLastOneStands()
    {
        TubRegistration slow = new(await ListenerAt(_first), events: null, sendWindow: 100, new CurrentLimits(new RelayLimits()));
        _registry.Check(ClientId, out int turn);
        TubRegistration fast = await RegisterAsync(_first);
        Assert.That(() => _registry.Add(slow, turn), Throws.TypeOf<ViolationException>().With.Message.Contains("registered anew"));
        Assert.That(_registry.Find(ClientId).Registration, Is.SameAs(fast));
    }

    [Test]
    public async Task Add_TakenBackBeforeItWasDecidedUpon_IsRefused()
    {
        RemoteReference listener = await ListenerAt(_first);
        _registry.Check(ClientId, out int turn);
        Assert.That(_registry.TryRemove(ClientId, listener), Is.False);
        Assert.That(
            () => _registry.Add(new TubRegistration(listener, events: null, sendWindow: 100, new CurrentLimits(new RelayLimits())), turn),
            Throws.TypeOf<ViolationException>());
        Assert.That(_registry.Count, Is.Zero);
    }

    [Test]
    public async Task TryRemove_ListenerOfAnotherConnection_IsRefused()
    {
        TubRegistration older = await RegisterAsync(_first);
        await RegisterAsync(_second);
        Assert.That(_registry.TryRemove(ClientId, older.Listener), Is.False);
        Assert.That(_registry.Count, Is.EqualTo(1));
    }

    [Test]
    public async Task TryRemove_TheListener_EndsIt()
    {
        TubRegistration registration = await RegisterAsync(_first);
        Assert.That(_registry.TryRemove(ClientId, registration.Listener), Is.True);
        Assert.That(_registry.TryRemove(ClientId, registration.Listener), Is.False);
        Assert.That(registration.Connection.HeldReferences, Is.Zero);
    }

    [Test]
    public async Task Close_EndsAllAndTakesNoMore()
    {
        TubRegistration registration = await RegisterAsync(_first);
        _registry.Close();
        Assert.That(_registry.Count, Is.Zero);
        Assert.That(registration.Connection.HeldReferences, Is.Zero);
        RemoteReference late = await ListenerAt(_second);
        Assert.That(Add(new TubRegistration(late, events: null, sendWindow: 100, new CurrentLimits(new RelayLimits()))), Is.EqualTo(RelayRefusal.Draining));
    }

    [Test]
    public async Task Add_AgainAndAgainOnOneConnection_OldRegistrationsAreForgotten()
    {
        List<WeakReference> older = await ReplaceAsync(20);
        TubRegistration newest = await RegisterAsync(_first);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.That(older.Count(registration => registration.IsAlive), Is.LessThanOrEqualTo(1), "The connection keeps callbacks of registrations that are over.");
        Assert.That(newest.Connection.HeldReferences, Is.EqualTo(1));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<List<WeakReference>> ReplaceAsync(int count)
    {
        List<WeakReference> older = [];
        for (int i = 0; i < count; i++)
        {
            older.Add(new WeakReference(await RegisterAsync(_first)));
        }

        return older;
    }

    private async Task<TubRegistration> RegisterAsync(TestTub at)
    {
        TubRegistration registration = new(await ListenerAt(at), events: null, sendWindow: 100, new CurrentLimits(new RelayLimits()));
        Add(registration);
        return registration;
    }

    private RelayRefusal? Add(TubRegistration registration)
    {
        _registry.Check(registration.TubId.ToString(), out int turn);
        return _registry.Add(registration, turn);
    }

    /// <summary>A reference, at a Tub of the relay's side, to a new object of the client.</summary>
    private async Task<RemoteReference> ListenerAt(TestTub at)
    {
        TaskCompletionSource<RemoteReference> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Referenceable gate = new Referenceable().On("take", call => taken.SetResult(call.Get<RemoteReference>(0)));
        Furl furl = at.Tub.Register(gate);
        using RemoteReference remote = await _client.Tub.GetReferenceAsync(furl, TestTime.Token);
        await remote.CallAsync("take", [new Referenceable()]).Within("an object's way to the relay's side");
        return await taken.Task.Within("a listener");
    }
}
