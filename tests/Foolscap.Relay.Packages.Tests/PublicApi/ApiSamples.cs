using System.Diagnostics.CodeAnalysis;

// Types with what an API can have, for the tests of the text that is made of it; nothing calls them.
#pragma warning disable CA1041, CA1051, CA1822, CA2211, CS0067, CS0169, CS0649

namespace Foolscap.Relay.Packages.Tests.PublicApi;

public class Members(int size) : List<string?>, IDisposable
{
    public const string Mark = "a\"b\n";
    public readonly int Size = size;
    protected static int Shared;
    internal int Hidden;
    private readonly int _hidden;

    protected Members() : this(0)
    {
    }

    public event EventHandler? Changed;

    public required string Name { get; init; }

    public int Narrow { get; protected set; }

    public int HalfHidden { get; private set; }

    public string this[string key] => key;

    protected internal virtual string? Find([NotNullWhen(true)] string? key, params object?[] rest) => key;

    public static bool TryRead(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out Members found, ref int position, in long limit)
    {
        found = null;
        return false;
    }

    [Obsolete("Use another one.")]
    public T Make<T, TKey>(TKey key, Func<T?, string?>? create = null, DayOfWeek day = DayOfWeek.Friday, double part = 0.5, CancellationToken token = default)
        where T : class, new() where TKey : notnull, IComparable<TKey> => new();

    public async Task<IReadOnlyDictionary<string, (int Low, string? High)>?> LoadAsync(int? limit = null)
    {
        await Task.Yield();
        return null;
    }

    public override string ToString() => "";

    public static explicit operator int(Members members) => 0;

    public void Dispose() => GC.SuppressFinalize(this);

    internal void NotSeen()
    {
    }

    protected sealed class Inner<T> where T : unmanaged;
}

public sealed record Point(int X, string? Label = null)
{
    public bool IsOrigin => X == 0;
}

public readonly record struct Pair<T>(T First, T Second);

public struct Mutable
{
    public int Value;

    public readonly int Read() => Value;
}

[Flags]
public enum Colors : byte
{
    None = 0,
    Red = 1,
    [Obsolete]
    Green = 2,
}

public interface IShape<in TIn, out TOut> where TOut : struct, Enum
{
    static abstract IShape<TIn, TOut> Create();

    TOut Draw(TIn? input);

    int Sides => 4;
}

public delegate Task<T?> Loader<T>(string name, T? fallback = default);

public abstract class Shape
{
    protected abstract int Area { get; }

    public abstract override string ToString();
}

public static class Extensions
{
    public static int CountOf<T>(this IEnumerable<T> items) => 0;
}
