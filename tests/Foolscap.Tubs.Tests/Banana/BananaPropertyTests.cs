using System.Buffers;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Foolscap.TestUtilities;
using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Tests.Banana;

/// <summary>What holds for every value and all bytes. FsCheck tells the seed of what it falsifies.</summary>
internal sealed class BananaPropertyTests
{
    private const int MaxDepth = 4;

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property Decode_EncodedValue_IsTheSameHoweverItIsCut() => Prop.ForAll(
        Values(MaxDepth).ToArbitrary(),
        value =>
        {
            byte[] bytes = new EncoderRun().Answer(value);
            string expected = $"answer 1 {PythonText.Of(value)}";
            return DecodeInEveryWay(bytes).All(events => events.Count == 1 && events[0] == expected);
        });

    [FsCheck.NUnit.Property(MaxTest = 200)]
    public Property Encode_DecodedValue_IsTheSameBytes() => Prop.ForAll(
        Values(MaxDepth).ToArbitrary(),
        value =>
        {
            byte[] bytes = new EncoderRun().Answer(value);
            DecoderRun run = new DecoderRun().Feed(bytes);
            return new EncoderRun().Answer(run.Handler.Values[0]).AsSpan().SequenceEqual(bytes);
        });

    /// <summary>An exception of any other kind than the one that ends a connection falsifies it too.</summary>
    [FsCheck.NUnit.Property(MaxTest = 500)]
    public Property Decode_AnyTokens_ComesToTheSameHoweverTheyAreCut() => Prop.ForAll(
        Streams.ToArbitrary(),
        bytes =>
        {
            List<List<string>> outcomes = [.. DecodeInEveryWay(bytes)];
            return outcomes.TrueForAll(events => events.SequenceEqual(outcomes[0]));
        });

    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public Property Decode_AnyBytes_ThrowsNothingButBananaExceptions() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(),
        bytes => new DecoderRun().FeedToTheEnd(bytes).Events is not null);

    private static IEnumerable<List<string>> DecodeInEveryWay(byte[] bytes)
    {
        yield return new DecoderRun().FeedToTheEnd(bytes).Events;
        yield return new DecoderRun().FeedToTheEnd([.. bytes.Select(value => new[] { value })]).Events;
        foreach (ReadOnlySequence<byte> input in Segments.All(bytes))
        {
            yield return DecodeOnce(input);
        }

        // Not every place of a long one: each cut decodes all of it.
        int step = 1 + (bytes.Length / 50);
        for (int cut = 0; cut < bytes.Length; cut += step)
        {
            yield return new DecoderRun().FeedToTheEnd(bytes[..cut], bytes[cut..]).Events;
        }
    }

    private static List<string> DecodeOnce(in ReadOnlySequence<byte> input)
    {
        RecordingHandler handler = new();
        try
        {
            new MessageDecoder(TubLimits.Default, handler).Decode(input);
        }
        catch (BananaException exception)
        {
            handler.Events.Add($"ended: {exception.Message}");
        }

        return handler.Events;
    }

    private static Gen<object?> Values(int depth) => depth == 0
        ? Atoms
        : Gen.OneOf(
            Atoms,
            Atoms,
            Values(depth - 1).ListOf().Select(members => (object?)members.Take(6).ToList()),
            Values(depth - 1).ListOf().Select(members => (object?)new BananaTuple([.. members.Take(6)])),
            Keys.ListOf().Select(members => (object?)new HashSet<object?>(members.Take(4), PythonEquality.Instance)),
            DictsOf(depth - 1));

    /// <summary>Texts only: a dict is sent in the order of its keys, which those that cannot be compared do not have.</summary>
    private static Gen<object?> DictsOf(int depth) =>
        from keys in ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => Clean(text.Get)).ListOf()
        from value in Values(depth)
        select (object?)keys.Take(4).Distinct().Order(StringComparer.Ordinal).ToDictionary(key => (object)key, _ => value);

    private static Gen<object> Keys => Gen.Choose(-1000, 1000).Select(number => (object)(long)number);

    private static Gen<object?> Atoms => Gen.OneOf(
        Gen.Elements<object?>(null, true, false, 0L, -1L, 2147483647L, 2147483648L, -2147483648L, -2147483649L, long.MaxValue, long.MinValue, 0.0, 1.5, double.MaxValue),
        ArbMap.Default.GeneratorFor<int>().Select(number => (object?)(long)number),
        ArbMap.Default.GeneratorFor<long>().Select(number => (object?)number),
        ArbMap.Default.GeneratorFor<NormalFloat>().Select(number => (object?)number.Get),
        ArbMap.Default.GeneratorFor<byte[]>().Select(bytes => (object?)bytes),
        ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => (object?)Clean(text.Get)),
        Gen.Choose(65, 300).Select(bits => (object?)(BigInteger.One << bits)),
        Gen.Choose(65, 300).Select(bits => (object?)-(BigInteger.One << bits)));

    /// <summary>Streams of whole tokens that mean something as often as not, and pieces that mean nothing.</summary>
    private static Gen<byte[]> Streams => Gen.Elements(
        "0088", "0188", "0089", "0189", "0b87", "0d87", "0c87", "0e87", "0181", "0581", "0081", "0f87", "0087", "0187", "0287", "0387", "0487",
        "0382616263", "048263616c6c", "843ff0000000000000", "0183", "02850102", "008a", "008e", "ff", "80", "7f", "057e82", "0482",
        "00880b87018105810182610188" + "0c870181", "01890089").ListOf().Select(parts => Convert.FromHexString(string.Concat(parts)));

    /// <summary>Without halves of surrogate pairs, for which there is no UTF-8.</summary>
    private static string Clean(string text) => string.Concat(text.Where(character => !char.IsSurrogate(character)));
}
