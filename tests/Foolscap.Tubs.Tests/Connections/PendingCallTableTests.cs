using Foolscap.Tubs.Connections;
using Moq;

namespace Foolscap.Tubs.Tests.Connections;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class PendingCallTableTests
{
    private readonly PendingCallTable _table = new();
    private readonly Mock<IAnswerReceiver> _receiver = new(MockBehavior.Strict);

    [Test]
    public void Add_Calls_HaveIdsOfTheirOwnFromOne() =>
        Assert.That(
            new[] { _table.Add(_receiver.Object, 0), _table.Add(_receiver.Object, 0), _table.Add(_receiver.Object, 0) },
            Is.EqualTo(new[] { 1L, 2, 3 }));

    [Test]
    public void Answer_KnownCall_ReachesItsReceiverOnce()
    {
        long id = _table.Add(_receiver.Object, 7);
        _receiver.Setup(receiver => receiver.OnAnswer(7, "x"));

        _table.Answer(id, "x");
        _table.Answer(id, "again");
        _table.Fail(id, new IOException());

        _receiver.Verify(receiver => receiver.OnAnswer(7, "x"), Times.Once);
        Assert.That(_table.Contains(id), Is.False);
    }

    [Test]
    public void Remove_Call_IsNotAnsweredAnyMore()
    {
        long id = _table.Add(_receiver.Object, 7);

        Assert.That((_table.Remove(id), _table.Remove(id)), Is.EqualTo((true, false)));
        Assert.That(() => _table.Answer(id, 1), Throws.Nothing);
    }

    [Test]
    public void FailAll_Calls_AllFailAndLaterOnesAreRefusedWithTheFirstReason()
    {
        IOException first = new("first");
        _receiver.Setup(receiver => receiver.OnFailure(It.IsAny<int>(), first));
        _table.Add(_receiver.Object, 1);
        _table.Add(_receiver.Object, 2);

        _table.FailAll(first);
        _table.FailAll(new IOException("second"));

        _receiver.Verify(receiver => receiver.OnFailure(It.IsAny<int>(), first), Times.Exactly(2));
        Assert.That(() => _table.Add(_receiver.Object, 3), Throws.TypeOf<ConnectionLostException>().With.Message.EqualTo("first"));
    }
}
