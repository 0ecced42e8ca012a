using Foolscap.Relay.Server.Admission;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Server.Tests.Admission;

internal sealed class AcceptPlacesTests
{
    private CurrentLimits _limits = null!;

    [SetUp]
    public void Create() => _limits = new CurrentLimits(new RelayLimits { MaxPendingAcceptsPerTub = 2 });

    [Test]
    public async Task Enter_NoPlaceLeft_WaitsForOneFirstComeFirstServed()
    {
        AcceptPlaces places = new(_limits);
        await places.EnterAsync(CancellationToken.None);
        await places.EnterAsync(CancellationToken.None);
        Task first = places.EnterAsync(CancellationToken.None);
        Task second = places.EnterAsync(CancellationToken.None);
        Assert.That((first.IsCompleted, second.IsCompleted), Is.EqualTo((false, false)));
        places.Leave();
        await first.Within("the first one's place");
        Assert.That(second.IsCompleted, Is.False);
        places.Leave();
        await second.Within("the second one's place");
    }

    [Test]
    public async Task Enter_Cancelled_TakesNoPlaceAndTheNextOneHasIt()
    {
        AcceptPlaces places = new(_limits);
        await places.EnterAsync(CancellationToken.None);
        await places.EnterAsync(CancellationToken.None);
        using CancellationTokenSource gone = new();
        Task impatient = places.EnterAsync(gone.Token);
        Task patient = places.EnterAsync(CancellationToken.None);
        await gone.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => impatient);
        places.Leave();
        await patient.Within("the patient one's place");
        Assert.That(places.EnterAsync(CancellationToken.None).IsCompleted, Is.False, "Both places are taken.");
    }

    [Test]
    public async Task Enter_LimitRaised_LetsThoseInWhoWaitBeforeTheNewcomer()
    {
        AcceptPlaces places = new(_limits);
        await places.EnterAsync(CancellationToken.None);
        await places.EnterAsync(CancellationToken.None);
        Task waiting = places.EnterAsync(CancellationToken.None);
        _limits.Set(new RelayLimits { MaxPendingAcceptsPerTub = 3 });
        Task newcomer = places.EnterAsync(CancellationToken.None);
        await waiting.Within("the place of the one who has waited");
        Assert.That(newcomer.IsCompleted, Is.False);
    }

    [Test]
    public async Task Leave_LimitLowered_LetsNobodyInUntilThereAreFewer()
    {
        AcceptPlaces places = new(_limits);
        await places.EnterAsync(CancellationToken.None);
        await places.EnterAsync(CancellationToken.None);
        Task waiting = places.EnterAsync(CancellationToken.None);
        _limits.Set(new RelayLimits { MaxPendingAcceptsPerTub = 1 });
        places.Leave();
        Assert.That(waiting.IsCompleted, Is.False);
        places.Leave();
        await waiting.Within("the place");
    }
}
