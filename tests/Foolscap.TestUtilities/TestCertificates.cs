using Foolscap.Tubs;

namespace Foolscap.TestUtilities;

/// <summary>
/// Certificates whose order is known, so that a test knows who is the master: the Tub with the greater TubID. They are
/// those of the captured sessions; making one takes a good part of a second.
/// </summary>
public static class TestCertificates
{
    private static readonly Lazy<TubCertificate> LazyLow = new(() => Load("low"));
    private static readonly Lazy<TubCertificate> LazyMid = new(() => Load("mid"));
    private static readonly Lazy<TubCertificate> LazyHigh = new(() => Load("high"));
    private static readonly Lazy<TubCertificate> LazyMade = new(TubCertificate.Create);

    /// <summary>Is the slave of everybody else here.</summary>
    public static TubCertificate Low => LazyLow.Value;

    public static TubCertificate Mid => LazyMid.Value;

    /// <summary>Is the master of everybody else here.</summary>
    public static TubCertificate High => LazyHigh.Value;

    /// <summary>One that this library has made; its place in the order is not known.</summary>
    public static TubCertificate Made => LazyMade.Value;

    private static TubCertificate Load(string name) => TubCertificate.Load(Repository.GetPath("tests", "vectors", "certs", $"{name}.pem"));
}
