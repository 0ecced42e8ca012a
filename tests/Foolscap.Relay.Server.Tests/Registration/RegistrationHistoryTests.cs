using Foolscap.Relay.Server.Registration;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Server.Tests.Registration;

/// <summary>Two processes that fight over one TubID, and those that only follow each other.</summary>
internal sealed class RegistrationHistoryTests
{
    private readonly FakeTimeProvider _time = new();

    [TestCase("A", ExpectedResult = null)]
    [TestCase("AA", ExpectedResult = null)]
    [TestCase("AB", ExpectedResult = null)]
    [TestCase("ABC", ExpectedResult = null)]
    [TestCase("ABB", ExpectedResult = null)]
    [TestCase("ABA", ExpectedResult = "at B")]
    [TestCase("ABCA", ExpectedResult = "at C")]
    [TestCase("ABAB", ExpectedResult = "at A")]
    [TestCase("AABBAA", ExpectedResult = null)]
    [TestCase("ABCDEFGHIA", ExpectedResult = null, TestName = "Add_NineProcesses_TheFirstIsForgotten")]
    public string? Add_ProcessesInThisOrder_TellsTheRivalOfTheLastOne(string order)
    {
        RegistrationHistory history = new(_time);
        string? rival = null;
        foreach (char process in order)
        {
            rival = history.Add(process.ToString(), $"at {process}");
        }

        return rival;
    }

    [TestCase(2.4, ExpectedResult = "at B")]
    [TestCase(2.6, ExpectedResult = null)]
    public string? Add_ReturnAfterMinutes_CountsForFive(double minutes)
    {
        RegistrationHistory history = new(_time);
        foreach (string process in new[] { "A", "B" })
        {
            history.Add(process, $"at {process}");
            _time.Advance(TimeSpan.FromMinutes(minutes));
        }

        return history.Add("A", "at A");
    }
}
