using FsCheck;
using FsCheck.Fluent;

namespace Foolscap.Furls.Tests;

/// <summary>What holds for every FURL, hint and TubID. FsCheck tells the seed of what it falsifies.</summary>
internal sealed class FurlPropertyTests
{
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Parse_WhatToStringWrote_IsTheSameFurl() => Prop.ForAll(
        Furls.ToArbitrary(),
        furl => Furl.Parse(furl.ToString()) == furl && Furl.Parse(furl.ToString()).ToString() == furl.ToString());

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Parse_WhatToStringWrote_IsTheSameHint() => Prop.ForAll(
        Hints.ToArbitrary(),
        hint => ConnectionHint.Parse(hint.ToString()) == hint);

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property TryGetTcpEndpoint_HintOfHostAndPort_GivesThemBack() => Prop.ForAll(
        TcpHosts.ToArbitrary(),
        Gen.Choose(1, 65_535).ToArbitrary(),
        (host, port) => ConnectionHint.Tcp(host, port).TryGetTcpEndpoint(out string? gotHost, out int gotPort) && gotHost == host && gotPort == port);

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Parse_WhatToStringWrote_IsTheSameTubId() => Prop.ForAll(
        Hashes.ToArbitrary(),
        hash => TubId.Parse(TubId.FromCertificateHash(hash).ToString()) == TubId.FromCertificateHash(hash));

    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property CompareTo_TwoTubIds_IsTheOrderOfTheirTexts() => Prop.ForAll(
        TubIds.ToArbitrary(),
        TubIds.ToArbitrary(),
        (left, right) => Math.Sign(left.CompareTo(right)) == Math.Sign(string.CompareOrdinal(left.ToString(), right.ToString())));

    /// <summary>Texts that are no FURL, and some that nearly are one.</summary>
    [FsCheck.NUnit.Property(MaxTest = 2000)]
    public Property TryParse_AnyText_AgreesWithParse() => Prop.ForAll(
        Texts.ToArbitrary(),
        text => Agrees<Furl>(text) && Agrees<ConnectionHint>(text) && Agrees<TubId>(text));

    private static Gen<byte[]> Hashes => Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(20);

    private static Gen<TubId> TubIds => Hashes.Select(hash => TubId.FromCertificateHash(hash));

    private static Gen<string> TcpHosts => Gen.OneOf(
        Gen.Elements("localhost", "relay.example.org", "xn--bcher-kva.example", "192.0.2.7", "0.0.0.0"),
        Gen.Elements([.. Base32]).NonEmptyListOf().Select(letters => string.Concat(letters.Take(50))));

    private static Gen<ConnectionHint> Hints => Gen.OneOf(
        from host in TcpHosts
        from port in Gen.Choose(1, 65_535)
        select ConnectionHint.Tcp(host, port),
        Gen.Elements("tor:abc.onion:80", "i2p:abc.b32.i2p", "tcp:[2001:db8::1]:7000", "127.0.0.1:1", "unix:socket").Select(text => ConnectionHint.Parse(text)));

    private static Gen<Furl> Furls =>
        from tubId in TubIds
        from hints in Hints.ListOf()
        from name in Gen.Elements([.. $"{Base32}/-_.@,: é€"]).NonEmptyListOf()
        select new Furl(tubId, hints, string.Concat(name));

    private static Gen<string> Texts => Gen.OneOf(
        Gen.Elements(["pb://", "pbu://", "@", "/", ",", ":", "tcp:", "[", "]", "::1", "abcd", "localhost", "65536", "1", "\0", "\n", " ", "\uD800", "é", "%"])
            .ListOf().Select(parts => string.Concat(parts)),
        ArbMap.Default.GeneratorFor<string>().Select(text => text ?? string.Empty),
        from furl in Furls
        from position in Gen.Choose(0, 60)
        from character in ArbMap.Default.GeneratorFor<char>()
        let text = furl.ToString()
        select text[..Math.Min(position, text.Length)] + character + text[Math.Min(position, text.Length)..]);

    private static bool Agrees<T>(string text)
        where T : class, ISpanParsable<T>
    {
        bool isGood = T.TryParse(text, provider: null, out T? tried);
        try
        {
            return T.Parse(text, provider: null).Equals(tried) && isGood;
        }
        catch (FurlFormatException)
        {
            return !isGood;
        }
    }
}
