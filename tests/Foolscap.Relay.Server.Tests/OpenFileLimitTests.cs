namespace Foolscap.Relay.Server.Tests;

internal sealed class OpenFileLimitTests
{
    private static readonly string[] Limits =
    [
        "Limit                     Soft Limit           Hard Limit           Units",
        "Max processes             15000                15000                processes",
        "Max open files            4096                 65536                files",
    ];

    [TestCase(100, null)]
    [TestCase(3596, null)]
    [TestCase(3597, "3597 connections need 4097 file descriptors, and the limit of this process is 4096. Raise it (ulimit -n 4097,")]
    public void FindProblem_NamesBothNumbersAndWhatHelps(long sockets, string? expected)
    {
        string? problem = OpenFileLimit.FindProblem(sockets, Limits);

        Assert.That(problem, expected is null ? Is.Null : Does.StartWith(expected));
    }

    [Test]
    public void FindProblem_Unlimited_IsNone() =>
        Assert.That(OpenFileLimit.FindProblem(long.MaxValue / 2, ["Max open files            unlimited            unlimited            files"]), Is.Null);

    [Test]
    [Platform("Linux")]
    public void FindProblem_ThisProcess_KnowsItsLimit() => Assert.That(OpenFileLimit.FindProblem(long.MaxValue / 2), Is.Not.Null);
}
