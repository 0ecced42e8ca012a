using System.Collections.Frozen;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// Compares values as Python compares the keys of a dict and the members of a set: numbers by value whatever their
/// type (<c>1 == 1.0 == True</c>), byte strings and tuples by content, remote references and the rest by identity. A
/// pair that Python takes for equal would end the connection if it were sent as two keys.
/// </summary>
internal sealed class PythonEquality : IEqualityComparer<object?>
{
    /// <summary>
    /// Tuples can hold one another so often, and so deep, that comparing two of them would never end. What takes more
    /// steps than this is no key that anybody needs.
    /// </summary>
    private const int MaxSteps = 10_000;
    private const int MaxDepth = 200;

    /// <summary>A set whose hash takes more steps than this is hashed once only.</summary>
    private const int UnkeptSteps = 16;

    /// <summary>
    /// The hashes of sets that take long to hash: a set is hashed again for each set around it, a peer may nest a hundred,
    /// and .NET's have no place of their own for it.
    /// </summary>
    private static readonly ConditionalWeakTable<FrozenSet<object?>, object> SetHashes = [];

    public static PythonEquality Instance { get; } = new();

    /// <exception cref="ViolationException">The values are too large, or nest too deep, to be compared.</exception>
    public new bool Equals(object? x, object? y)
    {
        int steps = 0;
        return Equals(x, y, depth: 0, ref steps);
    }

    public int GetHashCode(object? value)
    {
        int steps = 0;
        return GetHashCode(value, ref steps);
    }

    private static int GetHashCode(object? value, ref int steps)
    {
        steps++;
        switch (value)
        {
            case null:
                return 0;
            case byte[] bytes:
                HashCode hash = default;
                hash.AddBytes(bytes);
                return hash.ToHashCode();
            case string text:
                return string.GetHashCode(text, StringComparison.Ordinal);
            case FrozenSet<object?> set:
                return GetHashCode(set, ref steps);
            default:
                return TryGetNumber(value, out Number number) ? number.GetHashCode() : value.GetHashCode();
        }
    }

    private static int GetHashCode(FrozenSet<object?> set, ref int steps)
    {
        if (SetHashes.TryGetValue(set, out object? kept))
        {
            return (int)kept;
        }

        int ownSteps = 0;
        int sum = set.Count;
        foreach (object? member in set)
        {
            sum = unchecked(sum + GetHashCode(member, ref ownSteps));
        }

        // Combined, because HashCode is seeded: a peer could choose sets of sets whose plain sums are all equal.
        int hash = HashCode.Combine(sum);
        if (ownSteps > UnkeptSteps)
        {
            SetHashes.TryAdd(set, hash);
        }
        else
        {
            steps += ownSteps;
        }

        return hash;
    }

    private static bool Equals(object? x, object? y, int depth, ref int steps)
    {
        if (ReferenceEquals(x, y))
        {
            return true;
        }

        if (++steps > MaxSteps || depth > MaxDepth)
        {
            throw new ViolationException("A tuple is too large to be compared with another.");
        }

        return (x, y) switch
        {
            (null, _) or (_, null) => false,
            (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
            (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
            (BananaTuple a, BananaTuple b) => TuplesEqual(a, b, depth + 1, ref steps),
            (FrozenSet<object?> a, FrozenSet<object?> b) => SetsEqual(a, b, depth + 1, ref steps),
            _ when TryGetNumber(x, out Number a) => TryGetNumber(y, out Number b) && a == b,
            _ => x.Equals(y),
        };
    }

    private static bool TuplesEqual(BananaTuple x, BananaTuple y, int depth, ref int steps)
    {
        if (x.Count != y.Count || x.GetHashCode() != y.GetHashCode())
        {
            return false;
        }

        for (int i = 0; i < x.Count; i++)
        {
            if (!Equals(x[i], y[i], depth, ref steps))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Compares every member with every other: slow, but within the steps. FrozenSet's own comparison would begin anew
    /// with a full measure of steps, and of the stack, for each set inside of a set.
    /// </summary>
    private static bool SetsEqual(FrozenSet<object?> x, FrozenSet<object?> y, int depth, ref int steps)
    {
        if (x.Count != y.Count || Instance.GetHashCode(x) != Instance.GetHashCode(y))
        {
            return false;
        }

        foreach (object? member in x)
        {
            bool found = false;
            foreach (object? other in y)
            {
                found = Equals(member, other, depth, ref steps);
                if (found)
                {
                    break;
                }
            }

            if (!found)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryGetNumber(object value, out Number number)
    {
        switch (value)
        {
            case bool truth:
                number = new Number(truth ? 1 : 0, 0);
                return true;
            case BigInteger big:
                number = new Number(big, 0);
                return true;
            case double real:
                number = double.IsInteger(real) ? new Number(new BigInteger(real), 0) : new Number(0, real);
                return true;
            case float real:
                return TryGetNumber((double)real, out number);
            case long or int or short or sbyte or byte or ushort or uint:
                number = new Number(Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture), 0);
                return true;
            case ulong large:
                number = new Number(large, 0);
                return true;
            default:
                number = default;
                return false;
        }
    }

    /// <summary>A number as its integer, or as its real value where that is no integer.</summary>
    private readonly record struct Number(BigInteger Whole, double Real)
    {
        /// <summary>Seeded, and of all the bits: a peer must not be able to choose numbers whose hashes are the same.</summary>
        public override int GetHashCode()
        {
            HashCode hash = default;
            long bits = BitConverter.DoubleToInt64Bits(Real);
            hash.Add((int)bits);
            hash.Add((int)(bits >> 32));
            if (Whole >= long.MinValue && Whole <= long.MaxValue)
            {
                long whole = (long)Whole;
                hash.Add((int)whole);
                hash.Add((int)(whole >> 32));
            }
            else
            {
                hash.AddBytes(Whole.ToByteArray());
            }

            return hash.ToHashCode();
        }
    }
}
