using Foolscap.TestUtilities;

namespace Foolscap.Tubs.Tests;

/// <summary>Secret names are looked up by a keyed hash, and are still found as before.</summary>
internal sealed class NameKeyTests
{
    [Test]
    public void Of_Names_EqualOnesHaveOneKeyAndOthersHaveAnother()
    {
        Assert.That(NameKey.Of(new string('x', 3)), Is.EqualTo(NameKey.Of("xxx")));
        Assert.That(new[] { "", "x", "X", "xx", "é", "e\u0301", "\ud800" }.Select(NameKey.Of), Is.Unique);
    }

    [Test]
    public void Of_Name_IsNoHashThatAStrangerCouldMake() =>
        Assert.That(
            NameKey.Of("x"),
            Is.Not.EqualTo(ToKey(System.Security.Cryptography.SHA256.HashData("x\0"u8)))
                .And.Not.EqualTo(ToKey(System.Security.Cryptography.HMACSHA256.HashData([], "x\0"u8))));

    [Test]
    public async Task FindByName_RegisteredRenamedAndUnregistered_FindsWhatHasTheName()
    {
        await using Tub tub = new(TestCertificates.Low);
        Referenceable first = new();
        Referenceable second = new();
        tub.Register(first, "one");
        tub.Register(second, "two");
        tub.Register(first, "first");

        Assert.That(new[] { "one", "first", "two" }.Select(tub.FindByName), Is.EqualTo(new[] { first, first, second }));
        Assert.That(new[] { "on", "onee", "One", "", "three" }.Select(tub.FindByName), Is.All.Null);

        tub.Unregister(first);

        Assert.That(new[] { "one", "first", "two" }.Select(tub.FindByName), Is.EqualTo(new[] { null, null, second }));
        Assert.That(() => tub.Register(second, "one"), Throws.Nothing, "the name is free again");
    }

    private static NameKey ToKey(byte[] hash) => System.Runtime.InteropServices.MemoryMarshal.Read<NameKey>(hash);
}
