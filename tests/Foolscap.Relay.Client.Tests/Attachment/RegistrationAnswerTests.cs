using System.Text;
using Foolscap.Furls;
using Foolscap.Relay.Client.Attachment;
using Foolscap.Tubs;

namespace Foolscap.Relay.Client.Tests.Attachment;

internal sealed class RegistrationAnswerTests
{
    private static readonly ConnectionHint Hint = ConnectionHint.Tcp("relay.example.org", 1234);

    [Test]
    public void Parse_GoodAnswer_HasHintsAndWindow()
    {
        RegistrationAnswer answer = RegistrationAnswer.Parse(Answer(window: 5L));
        Assert.That(answer.Hints, Is.EqualTo(new[] { Hint }));
        Assert.That(answer.Window, Is.EqualTo(5));
    }

    [Test]
    public void Parse_NoWindow_IsTheDefault() => Assert.That(RegistrationAnswer.Parse(Answer()).Window, Is.EqualTo(262_144));

    [Test]
    public void Parse_HintsAsByteStrings_AreTaken() =>
        Assert.That(
            RegistrationAnswer.Parse(Answer(hints: [Encoding.ASCII.GetBytes("tcp:relay.example.org:1234")])).Hints, Is.EqualTo(new[] { Hint }));

    [Test]
    public void Parse_HintsTwice_AreTakenOnceInOrder() =>
        Assert.That(
            RegistrationAnswer.Parse(Answer(hints: ["tcp:b:1", "tcp:a:1", "tcp:b:1", "tor:c.onion:1"])).Hints.Select(hint => hint.ToString()),
            Is.EqualTo(new[] { "tcp:b:1", "tcp:a:1", "tor:c.onion:1" }));

    [Test]
    public void Parse_VeryManyHints_AreCut()
    {
        List<object?> hints = [.. Enumerable.Range(1, 1000).Select(port => $"tcp:relay.example.org:{port}")];
        Assert.That(RegistrationAnswer.Parse(Answer(hints: hints)).Hints, Has.Count.EqualTo(100));
    }

    [Test]
    public void Parse_UnknownFields_AreIgnored()
    {
        Dictionary<object, object?> answer = Answer();
        answer["motd"] = "welcome";
        answer[5L] = null;
        Assert.That(RegistrationAnswer.Parse(answer).Hints, Is.EqualTo(new[] { Hint }));
    }

    [TestCase(null)]
    [TestCase(5L)]
    [TestCase("text")]
    public void Parse_NoDict_IsAViolation(object? answer) =>
        Assert.That(() => RegistrationAnswer.Parse(answer), Throws.TypeOf<ViolationException>().With.Message.Contains("no dict"));

    [TestCase(0L, 0)]
    [TestCase(2L, 2)]
    [TestCase("1", 0)]
    [TestCase(true, 0)]
    [TestCase(null, 0)]
    public void Parse_OtherVersion_IsAViolationThatNamesIt(object? version, int named)
    {
        Dictionary<object, object?> answer = Answer();
        answer["version"] = version;
        Assert.That(
            () => RegistrationAnswer.Parse(answer),
            Throws.TypeOf<ViolationException>().With.Message.EqualTo($"The relay speaks version {named} of the protocol; this side speaks 1."));
    }

    [Test]
    public void Parse_NoVersion_IsAViolation()
    {
        Dictionary<object, object?> answer = Answer();
        answer.Remove("version");
        Assert.That(() => RegistrationAnswer.Parse(answer), Throws.TypeOf<ViolationException>().With.Message.Contains("version"));
    }

    [TestCase(null)]
    [TestCase("tcp:relay.example.org:1234")]
    [TestCase(5L)]
    public void Parse_HintsAreNoList_IsAViolation(object? hints)
    {
        Dictionary<object, object?> answer = Answer();
        answer["hints"] = hints;
        Assert.That(() => RegistrationAnswer.Parse(answer), Throws.TypeOf<ViolationException>().With.Message.Contains("no list of hints"));
    }

    [TestCase("")]
    [TestCase("tcp:a:1,tcp:b:2")]
    [TestCase("tcp:a:1/name")]
    [TestCase(5L)]
    [TestCase(null)]
    public void Parse_BadHint_IsAViolation(object? hint) =>
        Assert.That(
            () => RegistrationAnswer.Parse(Answer(hints: ["tcp:a:1", hint])), Throws.TypeOf<ViolationException>().With.Message.Contains("a hint that is none"));

    [TestCase(0L)]
    [TestCase(-1L)]
    [TestCase("5")]
    [TestCase(true)]
    public void Parse_BadWindow_IsAViolation(object window) =>
        Assert.That(
            () => RegistrationAnswer.Parse(Answer(window: window)), Throws.TypeOf<ViolationException>().With.Message.StartsWith("A window must be"));

    private static Dictionary<object, object?> Answer(object? window = null, List<object?>? hints = null)
    {
        Dictionary<object, object?> answer = new() { ["version"] = 1L, ["hints"] = hints ?? ["tcp:relay.example.org:1234"] };
        if (window is not null)
        {
            answer["window"] = window;
        }

        return answer;
    }
}
