using System.Security.Cryptography;
using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests;

internal sealed class TubCertificateTests
{
    private string _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = Directory.CreateTempSubdirectory("foolscap-").FullName;

    [TearDown]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    [TestCase("low")]
    [TestCase("mid")]
    [TestCase("high")]
    public void Load_FileOfPythonsTub_HasItsTubIdAndItsText(string name)
    {
        string path = Repository.GetPath("tests", "vectors", "certs", $"{name}.pem");

        TubCertificate certificate = TubCertificate.Load(path);

        Assert.That(certificate.TubId.ToString(), Is.EqualTo(File.ReadAllText(Path.ChangeExtension(path, "tubid")).Trim()));
        Assert.That(certificate.ToPem(), Is.EqualTo(File.ReadAllText(path)));
    }

    [Test]
    public void LoadOrCreate_NoFile_MakesOneThatOnlyItsOwnerReads()
    {
        string path = Path.Combine(_folder, "tub.pem");

        TubCertificate made = TubCertificate.LoadOrCreate(path);
        TubCertificate again = TubCertificate.LoadOrCreate(path);

        Assert.That(again.TubId, Is.EqualTo(made.TubId));
        Assert.That(Directory.GetFiles(_folder), Is.EqualTo(new[] { path }), "nothing is left beside it");
        Assert.That(made.ToPem().IndexOf("PRIVATE KEY", StringComparison.Ordinal), Is.GreaterThan(made.ToPem().IndexOf("CERTIFICATE", StringComparison.Ordinal)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test]
    public async Task LoadOrCreate_ManyAtOnce_AllGetTheSameIdentity()
    {
        string path = Path.Combine(_folder, "tub.pem");
        using Barrier start = new(4);

        TubCertificate[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestTime.Limit);
                return TubCertificate.LoadOrCreate(path);
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        Assert.That(all.Select(certificate => certificate.TubId), Is.All.EqualTo(TubCertificate.Load(path).TubId));
    }

    [Test]
    public void LoadOrCreate_BrokenFile_IsAnErrorAndStays()
    {
        string path = Path.Combine(_folder, "tub.pem");
        File.WriteAllText(path, "no PEM");

        Assert.That(() => TubCertificate.LoadOrCreate(path), Throws.TypeOf<CryptographicException>());
        Assert.That(File.ReadAllText(path), Is.EqualTo("no PEM"));
    }

    [Test]
    public void Save_ExistingFile_IsReplacedWhole()
    {
        string path = Path.Combine(_folder, "tub.pem");
        File.WriteAllText(path, new string('x', 100_000));

        TestCertificates.Low.Save(path);

        Assert.That(TubCertificate.Load(path).TubId, Is.EqualTo(TestCertificates.Low.TubId));
        Assert.That(Directory.GetFiles(_folder), Has.Length.EqualTo(1));
    }

    [Test]
    public void Save_FolderThatIsNotThere_LeavesNothing() =>
        Assert.That(() => TestCertificates.Low.Save(Path.Combine(_folder, "none", "tub.pem")), Throws.InstanceOf<IOException>());

    private static IEnumerable<TestCaseData> BadPems()
    {
        string low = TestCertificates.Low.ToPem();
        string key = low[low.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)..];
        string certificate = low[..low.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)];
        string high = TestCertificates.High.ToPem();
        yield return new TestCaseData("hello").SetArgDisplayNames("no PEM");
        yield return new TestCaseData(certificate).SetArgDisplayNames("no key");
        yield return new TestCaseData(key).SetArgDisplayNames("no certificate");
        yield return new TestCaseData(certificate + high[high.IndexOf("-----BEGIN PRIVATE", StringComparison.Ordinal)..]).SetArgDisplayNames("another's key");
        yield return new TestCaseData(low.Replace("M", "!", StringComparison.Ordinal)).SetArgDisplayNames("damaged");
    }

    [TestCaseSource(nameof(BadPems))]
    public void FromPem_Unusable_IsOneReadableErrorWithoutTheKey(string pem)
    {
        CryptographicException? error = Assert.Throws<CryptographicException>(() => TubCertificate.FromPem(pem));

        Assert.That(error!.Message, Does.StartWith("This is no Tub's PEM file").And.Not.Contain("BEGIN"));
    }
}
