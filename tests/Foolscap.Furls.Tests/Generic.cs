namespace Foolscap.Furls.Tests;

/// <summary>Calls the parsers the way that generic code does.</summary>
internal static class Generic
{
    public static T Parse<T>(string text)
        where T : class, ISpanParsable<T>
    {
        T result = T.Parse(text, null);
        Assert.That(T.Parse(text.AsSpan(), null), Is.EqualTo(result));
        return result;
    }

    public static bool TryParse<T>(string text)
        where T : class, ISpanParsable<T>
    {
        bool taken = T.TryParse(text, null, out T? result);
        Assert.That(T.TryParse(text.AsSpan(), null, out T? fromSpan), Is.EqualTo(taken));
        Assert.That(fromSpan, Is.EqualTo(result));
        return taken;
    }
}
