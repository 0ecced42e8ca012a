using Foolscap.Relay.Streams;
using Foolscap.Relay.Tests.Support;

namespace Foolscap.Relay.Tests.Streams;

internal sealed class SendWindowTests
{
    [Test]
    public void Room_NothingSent_IsTheWindow() => Assert.That(Opened(100).Room, Is.EqualTo(100));

    [Test]
    public void Room_BytesInFlight_IsWhatIsLeft()
    {
        SendWindow window = Opened(100);
        window.OnSent(30);
        window.OnSent(20);
        Assert.That(window.Room, Is.EqualTo(50));
    }

    [Test]
    public void Room_BytesAnswered_Grows()
    {
        SendWindow window = Opened(100);
        window.OnSent(70);
        window.OnAnswered(30, window: null);
        Assert.That(window.Room, Is.EqualTo(60));
    }

    [Test]
    public void Wait_NotOpenedYet_Waits()
    {
        SendWindow window = new();
        Assert.That(window.WaitAsync().AsTask().IsCompleted, Is.False);
    }

    [TestCase(0)]
    [TestCase(99)]
    public void Wait_WithRoom_IsOverAtOnce(int sent)
    {
        SendWindow window = Opened(100);
        window.OnSent(sent);
        Assert.That(window.WaitAsync().AsTask().IsCompletedSuccessfully, Is.True);
    }

    [Test]
    public async Task Wait_FullWindow_IsOverAtTheFirstAnswer()
    {
        SendWindow window = Opened(100);
        window.OnSent(40);
        window.OnSent(60);
        Task waiting = window.WaitAsync().AsTask();
        Assert.That(waiting.IsCompleted, Is.False);
        window.OnAnswered(40, window: null);
        await waiting.Within("the end of the wait");
        Assert.That(window.Room, Is.EqualTo(40));
    }

    [Test]
    public async Task Wait_ManySmallWritesInAWideWindow_WaitsUntilOneIsAnswered()
    {
        SendWindow window = Opened(1_000_000);
        for (int i = 0; i < 256; i++)
        {
            Assert.That(window.Room, Is.Positive);
            window.OnSent(1);
        }

        Task waiting = window.WaitAsync().AsTask();
        Assert.That((window.Room, waiting.IsCompleted), Is.EqualTo((0L, false)));
        window.OnAnswered(1, window: null);

        await waiting.Within("room");
    }

    [Test]
    public void Room_WindowOfAnySize_IsNeverMoreThan16MiB() =>
        Assert.That(Opened(int.MaxValue).Room, Is.EqualTo(16 * 1024 * 1024));

    [Test]
    public async Task Wait_WindowGrows_IsOver()
    {
        SendWindow window = Opened(10);
        window.OnSent(5);
        window.OnSent(5);
        Task waiting = window.WaitAsync().AsTask();
        window.OnAnswered(5, window: 1000);
        await waiting.Within("the end of the wait");
        Assert.That(window.Room, Is.EqualTo(995));
    }

    [Test]
    public async Task Wait_WindowShrinks_GoesOnUntilLessIsInFlight()
    {
        SendWindow window = Opened(100);
        window.OnSent(50);
        window.OnSent(40);
        window.OnSent(10);
        Task waiting = window.WaitAsync().AsTask();
        window.OnAnswered(50, window: 10);
        Assert.Multiple(() =>
        {
            Assert.That(window.Room, Is.EqualTo(-40), "More is in flight than the window has room for now.");
            Assert.That(waiting.IsCompleted, Is.False);
        });
        window.OnAnswered(40, window: null);
        Assert.That(waiting.IsCompleted, Is.False, "10 of 10 bytes are in flight.");
        window.OnAnswered(10, window: null);
        await waiting.Within("the end of the wait");
        Assert.That(window.Room, Is.EqualTo(10));
    }

    [Test]
    public async Task Wait_AgainAndAgain_EachEndsWithItsOwnAnswer()
    {
        SendWindow window = Opened(1);
        for (int i = 0; i < 100; i++)
        {
            await window.WaitAsync().Within($"room for byte {i}");
            window.OnSent(1);
            Task waiting = window.WaitAsync().AsTask();
            Assert.That(waiting.IsCompleted, Is.False);
            window.OnAnswered(1, window: null);
            await waiting.Within($"the answer to byte {i}");
        }
    }

    [Test]
    public void WaitUntilAnswered_NothingInFlight_IsOverAtOnce() =>
        Assert.That(Opened(100).WaitUntilAnsweredAsync().AsTask().IsCompletedSuccessfully, Is.True);

    [Test]
    public async Task WaitUntilAnswered_BytesInFlight_IsOverAtTheLastAnswer()
    {
        SendWindow window = Opened(100);
        window.OnSent(3);
        window.OnSent(4);
        Task waiting = window.WaitUntilAnsweredAsync().AsTask();
        window.OnAnswered(3, window: 1000);
        Assert.That(waiting.IsCompleted, Is.False, "4 bytes are in flight.");
        window.OnAnswered(4, window: null);
        await waiting.Within("the end of the wait");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Fail_WhileWaiting_EndsTheWait(bool drain)
    {
        SendWindow window = Opened(10);
        window.OnSent(10);
        Task waiting = drain ? window.WaitUntilAnsweredAsync().AsTask() : window.WaitAsync().AsTask();
        IOException failure = new("gone");
        window.Fail(failure);
        await Assert.ThatAsync(async () => await waiting.Within("the end of the wait"), Throws.Exception.SameAs(failure));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Fail_BeforeWaiting_EndsEveryWaitWithTheFirstFailure(bool drain)
    {
        SendWindow window = Opened(10);
        IOException failure = new("gone");
        window.Fail(failure);
        window.Fail(new IOException("gone again"));
        for (int i = 0; i < 2; i++)
        {
            await Assert.ThatAsync(() => drain ? window.WaitUntilAnsweredAsync().AsTask() : window.WaitAsync().AsTask(), Throws.Exception.SameAs(failure));
        }
    }

    [Test]
    public async Task OnAnswered_AfterAFailedWait_DoesNotWakeItAgain()
    {
        SendWindow window = Opened(10);
        window.OnSent(10);
        Task waiting = window.WaitAsync().AsTask();
        window.Fail(new IOException("gone"));
        Assert.That(() => window.OnAnswered(10, window: null), Throws.Nothing);
        await Assert.ThatAsync(async () => await waiting, Throws.TypeOf<IOException>());
    }

    private static SendWindow Opened(int window)
    {
        SendWindow opened = new();
        opened.Open(window);
        return opened;
    }
}
