using Foolscap.Relay.Tool.Terminal;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Tool.Tests.Terminal;

/// <summary>What is written while something moves at the bottom of a terminal stays whole, and stands above it.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal sealed class LiveLineTests
{
    private const int Width = 40;

    private readonly FakeTimeProvider _time = new();
    private StringWriter _terminal = null!;
    private LiveLine _line = null!;

    /// <summary>What somebody sees: a carriage return goes back, and the one sequence that is used erases the line.</summary>
    private string[] Screen => [.. _terminal.ToString().Split('\n').Select(line => line.Split("\r\u001b[2K")[^1])];

    [SetUp]
    public void SetUp()
    {
        _terminal = new StringWriter { NewLine = "\n" };
        _line = new LiveLine(_terminal, () => Width, ["|", "-"], _time);
    }

    [TearDown]
    public void TearDown() => _terminal.Dispose();

    [Test]
    public void Lines_WrittenWhileItIsShown_StandAboveIt()
    {
        using TextWriter log = _line.Wrap(_terminal);

        _line.Show("connecting");
        log.Write("one\n");
        _time.Advance(TimeSpan.FromMilliseconds(120));
        log.WriteLine("two, which is longer than what moves");

        Assert.That(Screen, Is.EqualTo(new[] { "one", "two, which is longer than what moves", "- connecting" }));
    }

    [Test]
    public void Lines_WrittenInPieces_AreNotBroken()
    {
        using TextWriter log = _line.Wrap(_terminal);
        _line.Show("connecting");

        log.Write("one ");
        _time.Advance(TimeSpan.FromSeconds(1));
        log.Write("line");
        log.WriteLine();

        Assert.That(Screen[0], Is.EqualTo("one line"));
        Assert.That(Screen[1], Does.EndWith(" connecting"));
    }

    [Test]
    public void Hide_LeavesNothingThatMoves()
    {
        using TextWriter log = _line.Wrap(_terminal);
        _line.Show("connecting");

        _line.Hide();
        string hidden = _terminal.ToString();
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(_terminal.ToString(), Is.EqualTo(hidden));
        log.WriteLine("attached");
        Assert.That(Screen, Is.EqualTo(new[] { "attached", "" }));
    }

    [Test]
    public void Show_TextWiderThanTheTerminal_IsCutAndHasNoControlCharacters()
    {
        _line.Show("\u001b[2J" + new string('x', 100));

        Assert.That(Screen, Has.Length.EqualTo(1));
        Assert.That(Screen[0], Has.Length.EqualTo(Width - 1).And.EndsWith("x...").And.Not.Contain("\u001b"));
    }
}
