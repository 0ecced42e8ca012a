using System.Diagnostics;
using System.Reflection;

namespace Foolscap.Furls.Tests;

internal sealed class FurlRedactionTests
{
    [TestCase("pb://a@/swissnum", "pb://a@/(redacted)")]
    [TestCase("pb://a@h:80,x/swiss/num", "pb://a@tcp:h:80,x/(redacted)")]
    [TestCase("pb://a@x\r\n2026 FORGED\u0085\0/swissnum", "pb://a@x\uFFFD\uFFFD2026 FORGED\uFFFD\uFFFD/(redacted)")]
    public void ToRedactedString_AnyFurl_HidesTheNameAndControlCharacters(string text, string expected) =>
        Assert.That(Furl.Parse(text).ToRedactedString(), Is.EqualTo(expected));

    [Test]
    public void ToString_AnyFurl_IsTheSecret() =>
        Assert.That($"{Furl.Parse("pb://a@/swissnum")}", Is.EqualTo("pb://a@/swissnum"));

    [Test]
    public void DebuggerDisplay_OfTheType_UsesTheRedactedForm()
    {
        DebuggerDisplayAttribute? display = typeof(Furl).GetCustomAttribute<DebuggerDisplayAttribute>();

        Assert.That(display?.Value, Is.EqualTo($"{{{nameof(Furl.ToRedactedString)}(),nq}}"));
    }
}
