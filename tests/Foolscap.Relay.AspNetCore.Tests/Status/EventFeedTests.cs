using Foolscap.Furls;
using Foolscap.Relay.AspNetCore.Status;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.AspNetCore.Tests.Status;

internal sealed class EventFeedTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TubId Tub = TubId.Parse("icd77yuhs7ehjqhp2zck34gx5g65tfb3");

    [Test]
    public void Add_ThousandsOfStreams_DoNotPushOutARegistration()
    {
        EventFeed feed = new(TimeProvider.System);
        feed.Add(new TubRegistered(Time, Tub, null));
        for (int count = 0; count < 5000; count++)
        {
            feed.Add(new StreamStarted(Time, Tub, "192.0.2.1:5", false));
        }

        IReadOnlyList<EventReport> events = feed.GetNewest(1000);

        Assert.That(events, Has.Count.EqualTo(EventFeed.Capacity + 1));
        Assert.That(events[0].Number, Is.EqualTo(5001));
        Assert.That(events[^1].Kind, Is.EqualTo("tub_registered"));
    }

    [Test]
    public void GetNewest_OfFewerThanThereAreStreams_HasTheRegistration()
    {
        EventFeed feed = new(TimeProvider.System);
        feed.Add(new TubRegistered(Time, Tub, null));
        for (int count = 0; count < 150; count++)
        {
            feed.Add(new StreamStarted(Time, Tub, "192.0.2.1:5", false));
        }

        IReadOnlyList<EventReport> events = feed.GetNewest(100);

        Assert.That(events, Has.Count.EqualTo(100));
        Assert.That((events[0].Number, events[98].Number, events[99].Kind), Is.EqualTo((151, 53, "tub_registered")));
    }

    [Test]
    public void GetNewest_OfMoreThanThereAreStreams_LeavesTheRoomToTheRest()
    {
        EventFeed feed = new(TimeProvider.System);
        for (int count = 0; count < 100; count++)
        {
            feed.Add(new TubRegistered(Time, Tub, null));
        }

        feed.Add(new StreamStarted(Time, Tub, "192.0.2.1:5", false));

        Assert.That(feed.GetNewest(50).Select(item => item.Number), Is.EqualTo(Enumerable.Range(52, 50).Reverse().Select(number => (long)number)));
        Assert.That(feed.GetNewest(0), Is.Empty);
    }

    [Test]
    public void GetNewestOfClient_HowItStoodWithARelay_IsToldWithItsReason()
    {
        FakeTimeProvider time = new();
        DateTimeOffset began = time.GetUtcNow();
        EventFeed feed = new(time);
        feed.Add(new RelayStatus(Tub, RelayState.Connecting, []));
        feed.Add(new RelayStatus(Tub, RelayState.Waiting, [], "The connection was refused.", TimeSpan.FromSeconds(1.5)));
        time.Advance(TimeSpan.FromSeconds(2));
        feed.Add(new RelayStatus(Tub, RelayState.Registered, [ConnectionHint.Tcp("relay.example.org", 7000)]));

        Assert.That(feed.GetNewestOfClient(10), Is.EqualTo(new[]
        {
            new EventReport(2, began.AddSeconds(2), "relay_registered", "notice", Tub.ToString(), "reached at tcp:relay.example.org:7000"),
            new EventReport(1, began, "relay_waiting", "warning", Tub.ToString(), "The connection was refused; tried again after 1.5 s"),
        }));
        Assert.That(feed.GetNewest(10), Is.Empty, "They are no events of a relay.");
    }

    [Test]
    public void GetNewest_TextWithControlCharactersAndTooLong_IsCleanedAndCut()
    {
        EventFeed feed = new(TimeProvider.System);
        feed.Add(new TubUnregistered(Time, Tub, "a\u001b[31m\n" + new string('x', 1000)));

        string text = feed.GetNewest(1)[0].Text;

        Assert.That(text, Does.StartWith("a [31m xxx").And.EndWith("…"));
        Assert.That(text, Has.Length.EqualTo(301));
    }
}
