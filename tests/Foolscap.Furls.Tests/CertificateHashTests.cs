using System.Security.Cryptography.X509Certificates;

namespace Foolscap.Furls.Tests;

internal sealed class CertificateHashTests
{
    [TestCase("low")]
    [TestCase("mid")]
    [TestCase("high")]
    public void FromCertificateHash_CertificateOfAPythonTub_GivesItsTubId(string name)
    {
        string file = Path.Combine(TestContext.CurrentContext.TestDirectory, "certs", name);
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(file + ".pem"));

        TubId tubId = TubId.FromCertificateHash(certificate.GetCertHash());

        Assert.That(tubId.ToString(), Is.EqualTo(File.ReadAllText(file + ".tubid").Trim()));
        Assert.That(tubId.IsFullLength, Is.True);
    }

    [TestCase("0000000000000000000000000000000000000000", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "77777777777777777777777777777777")]
    [TestCase("8000000000000000000000000000000000000001", "qaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")]
    [TestCase("00443214C74254B635CF84653A56D7C675BE77DF", "abcdefghijklmnopqrstuvwxyz234567")]
    public void FromCertificateHash_KnownBytes_GivesLowerCaseBase32(string hash, string expected) =>
        Assert.That(TubId.FromCertificateHash(Convert.FromHexString(hash)).ToString(), Is.EqualTo(expected));

    [TestCase(0)]
    [TestCase(19)]
    [TestCase(21)]
    [TestCase(32)]
    public void FromCertificateHash_WrongLength_ThrowsArgument(int length) =>
        Assert.That(
            () => TubId.FromCertificateHash(new byte[length]),
            Throws.ArgumentException.With.Property("ParamName").EqualTo("sha1").And.Message.Contains($"{length}"));
}
