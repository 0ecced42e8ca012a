using System.Reflection;
using Foolscap.TestUtilities;

namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>
/// What the libraries offer is what was approved: a change of the public API is a change of a file in the folder Api, which a
/// review sees.
/// </summary>
internal sealed class ApiApprovalTests
{
    private const string Approve = "APPROVE_API";

    [TestCaseSource(typeof(PackageList), nameof(PackageList.Libraries))]
    public void PublicApi_IsTheApprovedOne(string library)
    {
        string file = Repository.GetPath("tests", "Foolscap.Relay.Packages.Tests", "Api", library + ".txt");
        string received = ApiText.Describe(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable(Approve) == "1")
        {
            File.WriteAllText(file, received);
        }

        string approved = File.Exists(file) ? File.ReadAllText(file) : "";
        Assert.That(received == approved, Is.True, () =>
            $"""
            The public API of {library} is not the one in Api/{library}.txt (- approved, + now):
            {ApiDifference.Describe(approved, received)}
            If that is meant, approve it: {Approve}=1 dotnet test tests/Foolscap.Relay.Packages.Tests --filter ApiApprovalTests
            """);
    }

    [Test]
    public void Files_AreOfLibrariesThatExist()
    {
        IEnumerable<string?> files = Directory.GetFiles(Repository.GetPath("tests", "Foolscap.Relay.Packages.Tests", "Api"))
            .Select(Path.GetFileNameWithoutExtension);

        Assert.That(files, Is.SubsetOf(PackageList.Libraries));
    }
}
