namespace Foolscap.Relay.Packages.Tests.PublicApi;

/// <summary>The text of an API has all that its users can see, and nothing else.</summary>
internal sealed class ApiTextTests
{
    [Test]
    public void Class_EveryKindOfMember_IsWrittenAsInCSharp() => Check(typeof(Members), """
        public class Members : List<string>, IDisposable
            protected static int Shared;
            public const string Mark = "a\"b\n";
            public readonly int Size;
            protected Members();
            public Members(int size);
            public int HalfHidden { get; }
            public int Narrow { get; protected set; }
            public required string Name { get; init; }
            public string this[string key] { get; }
            public event EventHandler? Changed;
            protected virtual string? Find([NotNullWhen(true)] string? key, params object?[] rest);
            [Obsolete("Use another one.")]
            public T Make<T, TKey>(TKey key, Func<T?, string?>? create = null, DayOfWeek day = DayOfWeek.Friday, double part = 0.5, CancellationToken token = default) where T : class, new() where TKey : notnull, IComparable<TKey>;
            public Task<IReadOnlyDictionary<string, (int, string?)>?> LoadAsync(int? limit = null);
            public override string ToString();
            public static bool TryRead(ReadOnlySpan<char> text, [MaybeNullWhen(false)] out Members found, ref int position, in long limit);
            public static int explicit operator(Members members);
            public void Dispose();
        """);

    [Test]
    public void Record_WhatTheCompilerAdds_IsNotWritten() => Check(typeof(Point), """
        public sealed record Point : IEquatable<Point>
            public Point(int X, string? Label = null);
            public bool IsOrigin { get; }
            public int X { get; init; }
            public string? Label { get; init; }
        """);

    [Test]
    public void RecordStruct_GenericParameter_IsWritten() => Check(typeof(Pair<>), """
        public readonly record struct Pair<T> : IEquatable<Pair<T>>
            public Pair(T First, T Second);
            public T First { get; init; }
            public T Second { get; init; }
        """);

    [Test]
    public void Struct_FieldAndReadOnlyMethod_AreWritten() => Check(typeof(Mutable), """
        public struct Mutable
            public int Value;
            public readonly int Read();
        """);

    [Test]
    public void Enum_TypeValuesAndAttributes_AreWritten() => Check(typeof(Colors), """
        [Flags]
        public enum Colors : byte
            None = 0,
            Red = 1,
            [Obsolete]
            Green = 2,
        """);

    [Test]
    public void Interface_VarianceConstraintsAndDefaultMembers_AreWritten() => Check(typeof(IShape<,>), """
        public interface IShape<in TIn, out TOut> where TOut : struct, Enum
            virtual int Sides { get; }
            TOut Draw(TIn? input);
            static abstract IShape<TIn, TOut> Create();
        """);

    [Test]
    public void Delegate_IsItsSignature() => Check(typeof(Loader<>), """
        public delegate Task<T?> Loader<T>(string name, T? fallback = default);
        """);

    [Test]
    public void AbstractClass_AbstractMembers_AreMarked() => Check(typeof(Shape), """
        public abstract class Shape
            protected Shape();
            protected abstract int Area { get; }
            public abstract override string ToString();
        """);

    [Test]
    public void StaticClass_ExtensionMethod_IsMarked() => Check(typeof(Extensions), """
        public static class Extensions
            public static int CountOf<T>(this IEnumerable<T> items);
        """);

    [Test]
    public void NestedType_IsWrittenWithTheTypeAround() => Check(
        typeof(Members).GetNestedType("Inner`1", System.Reflection.BindingFlags.NonPublic)!, """
        protected sealed class Members.Inner<T> where T : unmanaged
            public Inner();
        """);

    [Test]
    public void Assembly_HasItsPublicTypesInOrder_UnderTheirNamespace()
    {
        string[] lines = ApiText.Describe(typeof(ApiTextTests).Assembly).Split('\n');

        Assert.That(lines[0], Is.EqualTo("namespace Foolscap.Relay.Packages.Tests.PublicApi"));
        Assert.That(lines.Where(line => line.StartsWith("public", StringComparison.Ordinal)).Select(line => line.Split(" : ")[0]), Is.EqualTo(new[]
        {
            "public enum Colors", "public static class Extensions", "public interface IShape<in TIn, out TOut> where TOut",
            "public delegate Task<T?> Loader<T>(string name, T? fallback = default);", "public class Members", "public struct Mutable",
            "public readonly record struct Pair<T>", "public sealed record Point", "public abstract class Shape",
        }));
    }

    [Test]
    public void Difference_ChangedMember_IsToldWithItsTypeAsRemovedAndAdded()
    {
        const string before = "public class A\n    int One;\n    int Two;\npublic class B\n    int One;\n";
        const string after = "public class A\n    int One;\n    long Two;\npublic class B\n    int One;\n    int Two;\n";

        Assert.That(ApiDifference.Describe(before, after), Is.EqualTo(
            "- public class A  ::  int Two;\n+ public class A  ::  long Two;\n+ public class B  ::  int Two;"));
        Assert.That(ApiDifference.Describe(before, before), Is.Empty);
    }

    private static void Check(Type type, string expected) => Assert.That(ApiText.Describe(type), Is.EqualTo(expected + "\n"));
}
