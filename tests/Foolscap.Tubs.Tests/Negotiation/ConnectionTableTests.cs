using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Foolscap.Furls;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Negotiation;
using Foolscap.Tubs.Transports;

namespace Foolscap.Tubs.Tests.Negotiation;

/// <summary>Which second connection of a peer replaces the first one, at the Tub that decides.</summary>
internal sealed class ConnectionTableTests
{
    private static readonly TubId Peer = TestCertificates.Low.TubId;

    [TestCase("c1", "none 0", false, TestName = "TryDecide_SameRunThatRemembersNothing_IsADuplicate")]
    [TestCase("c1", null, false, TestName = "TryDecide_SameRunWithoutLastConnection_IsADuplicate")]
    [TestCase("c1", "MINE 1", true, TestName = "TryDecide_SameRunThatNamesTheExistingOne_HasLostIt")]
    [TestCase("c1", "MINE 0", false, TestName = "TryDecide_SameRunThatNamesAnOlderOne_IsADuplicate")]
    [TestCase("c1", "MINE 2", false, TestName = "TryDecide_SameRunThatNamesANewerOne_IsADuplicate")]
    [TestCase("c2", "none 0", true, TestName = "TryDecide_AnotherRun_Replaces")]
    [TestCase("c2", "MINE 1", true, TestName = "TryDecide_AnotherRunThatNamesTheExistingOne_Replaces")]
    [TestCase(null, "none 0", false, TestName = "TryDecide_PeerWithoutIncarnation_IsADuplicate")]
    public async Task TryDecide_SecondConnection(string? incarnation, string? last, bool expected)
    {
        await using Tub tub = new(TestCertificates.High);
        ConnectionTable table = tub.Connections;
        TubConnection first = Connect(tub, "c1");
        Assert.That(table.TryDecide(first, new Hello(Peer, "c1", ConnectionMark.None), out TubConnection? none), Is.True);
        Assert.That((none, first.Mark), Is.EqualTo(((TubConnection?)null, new ConnectionMark(table.Incarnation, 1))));
        ConnectionMark? named = last is null ? null : ConnectionMark.Parse(last.Replace("MINE", table.Incarnation, StringComparison.Ordinal));
        TubConnection second = Connect(tub, incarnation);

        bool taken = table.TryDecide(second, new Hello(Peer, incarnation, named), out TubConnection? existing);

        Assert.That((taken, existing, table.Find(Peer)), Is.EqualTo((expected, first, expected ? second : first)));
        Assert.That(second.Mark?.Sequence, Is.EqualTo(expected ? 2 : null));
        first.Abort("the test is over");
        second.Abort("the test is over");
    }

    [Test]
    public async Task TryDecide_AfterTheFirstHasEnded_IsTakenWithTheNextNumber()
    {
        await using Tub tub = new(TestCertificates.High);
        TubConnection first = Connect(tub, "c1");
        tub.Connections.TryDecide(first, new Hello(Peer, "c1", ConnectionMark.None), out _);
        first.Abort("lost");
        Assert.That(tub.Connections.Find(Peer), Is.Null);
        TubConnection second = Connect(tub, "c1");

        bool taken = tub.Connections.TryDecide(second, new Hello(Peer, "c1", ConnectionMark.None), out TubConnection? existing);

        Assert.That((taken, existing, second.Mark!.Sequence), Is.EqualTo((true, (TubConnection?)null, 2L)));
        second.Abort("the test is over");
    }

    [Test]
    public async Task Attach_AsTheSlave_FollowsTheMasterAndRemembersItsMark()
    {
        await using Tub tub = new(TestCertificates.High);
        TubConnection first = Connect(tub, "c1");
        TubConnection second = Connect(tub, "c1");

        TubConnection? none = tub.Connections.Attach(first, new ConnectionMark("m", 1));
        TubConnection? replaced = tub.Connections.Attach(second, new ConnectionMark("m", 2));

        Assert.That((none, replaced), Is.EqualTo(((TubConnection?)null, first)));
        first.Abort("replaced");
        Assert.That(tub.Connections.Find(Peer), Is.SameAs(second), "the end of the old one does not take the new one off");
        second.Abort("lost");
        Assert.That(tub.Connections.GetLastConnection(Peer), Is.EqualTo(new ConnectionMark("m", 2)), "what a client tells when it comes back");
    }

    [Test]
    public async Task Close_Table_TakesNoMore()
    {
        await using Tub tub = new(TestCertificates.High);
        TubConnection connection = Connect(tub, "c1");
        tub.Connections.Close();

        Assert.That(() => tub.Connections.Attach(connection, null), Throws.TypeOf<NegotiationException>());
        Assert.That(
            () => tub.Connections.TryDecide(connection, new Hello(Peer, "c1", ConnectionMark.None), out _), Throws.TypeOf<NegotiationException>());
        connection.Abort("the test is over");
    }

    [Test]
    public async Task NewConnection_ThatIsNotTaken_WatchesNothing()
    {
        FakeTimeProvider clock = new();
        await using Tub tub = new(TestCertificates.High, timeProvider: clock);

        Connect(tub, "c1");

        Assert.That(clock.ArmedTimers, Is.Empty, "a refused duplicate would be pinged, and kept in memory, until it is dropped");
    }

    private static TubConnection Connect(Tub tub, string? incarnation)
    {
        DuplexPipePair pair = new();
        PeerTls tls = CreateTls(null, pair.FirstConnection);
        return new TubConnection(tub, new NegotiatedConnection(
            pair.FirstConnection, tls, PipeReader.Create(Stream.Null), Peer, incarnation, IsMaster: true));
    }

    /// <summary>TLS that has not begun: these connections never send.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.StaticMethod, Name = "Create")]
    private static extern PeerTls CreateTls(PeerTls? type, TransportConnection connection);
}
