namespace Foolscap.Tubs.Banana;

/// <summary>The sequences that the decoder knows (<c>foolscap.slicers</c>, <c>foolscap.call</c>).</summary>
internal enum FrameKind : byte
{
    Call,
    Arguments,
    Answer,
    Error,
    Failure,
    List,
    Tuple,
    Set,
    FrozenSet,
    Dict,
    Unicode,
    Boolean,
    None,
    Reference,
    MyReference,
    YourReference,
}
