namespace Foolscap.Furls.Internal;

/// <summary>The ways in which a text fails to be a FURL, a TubID or a connection hint.</summary>
internal enum SyntaxProblem
{
    None = 0,
    SchemeMissing,
    TubIdEmpty,
    TubIdCharacter,
    AtSignMissing,
    SlashMissing,
    HintEmpty,
    HintCharacter,
    NameEmpty,
    NameNewline,
}
