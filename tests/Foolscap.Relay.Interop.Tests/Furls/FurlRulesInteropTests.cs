using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Foolscap.Furls;

namespace Foolscap.Relay.Interop.Tests.Furls;

/// <summary>Foolscap.Furls and Python Foolscap decide alike about thousands of FURLs.</summary>
internal sealed class FurlRulesInteropTests
{
    private const int Count = 3000;

    [TestCase(1)]
    [TestCase(20_260_823)]
    [TestCase(int.MaxValue)]
    [CancelAfter(60_000)]
    public async Task Parse_GeneratedFurls_DecidesLikeFoolscap(int seed, CancellationToken cancellationToken)
    {
        await TestContext.Out.WriteLineAsync($"seed {seed}");
        string[] furls = [.. new FurlGenerator(seed).Generate(Count)];

        IReadOnlyList<OracleVerdict?> verdicts = await FurlOracle.JudgeAsync(furls, cancellationToken);

        Assert.That(verdicts, Has.Count.EqualTo(furls.Length));
        using (Assert.EnterMultipleScope())
        {
            foreach ((string furl, OracleVerdict? expected) in furls.Zip(verdicts))
            {
                AssertAlike(furl, expected);
            }
        }

        AssertThatAllKindsOccur(furls, verdicts);
    }

    private static void AssertAlike(string text, OracleVerdict? expected)
    {
        string shown = JsonSerializer.Serialize(text.Length > 300 ? text[..300] : text);
        Assert.That(Furl.TryParse(text, out Furl? furl), Is.EqualTo(expected is not null), shown);
        if (furl is null || expected is null)
        {
            return;
        }

        Assert.That(furl.TubId.ToString(), Is.EqualTo(expected.TubId), shown);
        Assert.That(furl.Name, Is.EqualTo(expected.Name), shown);
        Assert.That(furl.Hints.Select(hint => hint.ToString()), Is.EqualTo(expected.Hints.Select(hint => hint.Text)), shown);
        Assert.That(Furl.Parse(furl.ToString()), Is.EqualTo(furl), shown);

        foreach ((ConnectionHint hint, OracleHint expectedHint) in furl.Hints.Zip(expected.Hints))
        {
            // Foolscap leaves it to the operating system to refuse a port that does not exist.
            BigInteger port = BigInteger.Parse(expectedHint.Port ?? "0", CultureInfo.InvariantCulture);
            bool taken = port >= 1 && port <= 65535;

            Assert.That(hint.TryGetTcpEndpoint(out string? actualHost, out int actualPort), Is.EqualTo(taken), shown);
            Assert.That(actualHost, Is.EqualTo(taken ? expectedHint.Host : null), shown);
            Assert.That(actualPort, Is.EqualTo(taken ? (int)port : 0), shown);
        }
    }

    // A generator that makes only one kind of FURL would make this test pass for nothing.
    private static void AssertThatAllKindsOccur(string[] furls, IReadOnlyList<OracleVerdict?> verdicts)
    {
        OracleHint[] hints = [.. verdicts.SelectMany(verdict => verdict?.Hints ?? [])];
        int accepted = verdicts.Count(verdict => verdict is not null);
        int old = furls.Zip(verdicts).Count(
            pair => pair.Second?.Hints.Any(hint => !pair.First.Contains(hint.Text, StringComparison.Ordinal)) ?? false);
        int taken = hints.Count(hint => hint.Host is not null);
        int address = hints.Count(hint => hint.Host?.Contains(':', StringComparison.Ordinal) ?? false);
        TestContext.Out.WriteLine(
            $"{accepted} accepted, {furls.Length - accepted} refused, {old} with old hints; of {hints.Length} hints " +
            $"DefaultTCP takes {taken}, {address} with an IPv6 address");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(furls, Has.Length.GreaterThanOrEqualTo(2000));
            Assert.That(accepted, Is.GreaterThanOrEqualTo(300));
            Assert.That(furls.Length - accepted, Is.GreaterThanOrEqualTo(300));
            Assert.That(old, Is.GreaterThanOrEqualTo(100));
            Assert.That(taken, Is.GreaterThanOrEqualTo(300));
            Assert.That(hints.Length - taken, Is.GreaterThanOrEqualTo(300));
            Assert.That(address, Is.GreaterThanOrEqualTo(100));
        }
    }
}
