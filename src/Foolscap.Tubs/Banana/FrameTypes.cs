namespace Foolscap.Tubs.Banana;

/// <summary>Which sequence a type opens at which place.</summary>
internal static class FrameTypes
{
    /// <summary>Finds the kind of sequence.</summary>
    /// <param name="type">The type that follows the OPEN.</param>
    /// <param name="parent">The sequence that it is in; none at top level.</param>
    /// <exception cref="ViolationException">The type is not known at this place.</exception>
    /// <exception cref="BananaException">No sequence at all may stand at this place.</exception>
    public static FrameKind Find(string type, in Frame? parent) => parent switch
    {
        null => type switch
        {
            "call" => FrameKind.Call,
            "answer" => FrameKind.Answer,
            "error" => FrameKind.Error,
            _ => throw Unknown("top-level ", type),
        },
        { Kind: FrameKind.Call, Members: 3 } when type == "arguments" => FrameKind.Arguments,
        { Kind: FrameKind.Answer, Members: 1 } => FindValue(type),
        { Kind: FrameKind.Arguments, Number: >= 0 } arguments when arguments.Members < arguments.Number || arguments.Extra is not null
            => FindValue(type),
        { Kind: FrameKind.List or FrameKind.Tuple or FrameKind.Set or FrameKind.FrozenSet or FrameKind.Dict or FrameKind.Failure }
            => FindValue(type),
        _ => throw new BananaException($"A sequence cannot stand at this place of a {parent.Value.Kind} sequence: {Excerpt.Of(type)}"),
    };

    private static FrameKind FindValue(string type) => type switch
    {
        "none" => FrameKind.None,
        "boolean" => FrameKind.Boolean,
        "unicode" => FrameKind.Unicode,
        "list" => FrameKind.List,
        "tuple" => FrameKind.Tuple,
        "set" => FrameKind.Set,
        "immutable-set" => FrameKind.FrozenSet,
        "dict" => FrameKind.Dict,
        "reference" => FrameKind.Reference,
        "my-reference" => FrameKind.MyReference,
        "your-reference" => FrameKind.YourReference,
        "their-reference" => throw new ViolationException(
            "gifts are refused here: a reference to an object of a third Tub (their-reference) was sent"),
        _ => throw Unknown(string.Empty, type),
    };

    private static ViolationException Unknown(string place, string type) => new($"unknown {place}OPEN type {Excerpt.Of(type)}");
}
