using Foolscap.Furls;
using Foolscap.Relay.AspNetCore.Status;
using Foolscap.Relay.Server;

namespace Foolscap.Relay.AspNetCore.Tests.Status;

internal sealed class EventFeedTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TubId Tub = TubId.Parse("icd77yuhs7ehjqhp2zck34gx5g65tfb3");

    [Test]
    public void Add_ThousandsOfStreams_DoNotPushOutARegistration()
    {
        EventFeed feed = new();
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
    public void GetNewest_TextWithControlCharactersAndTooLong_IsCleanedAndCut()
    {
        EventFeed feed = new();
        feed.Add(new TubUnregistered(Time, Tub, "a\u001b[31m\n" + new string('x', 1000)));

        string text = feed.GetNewest(1)[0].Text;

        Assert.That(text, Does.StartWith("a [31m xxx").And.EndWith("…"));
        Assert.That(text, Has.Length.EqualTo(301));
    }
}
