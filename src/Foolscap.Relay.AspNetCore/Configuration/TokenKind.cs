using Foolscap.Relay.Hosting.Configuration;

namespace Foolscap.Relay.AspNetCore.Configuration;

/// <summary>A secret that travels in a header.</summary>
internal sealed class TokenKind() : ValueKind<string?>(
    "secret", $"at least {RelayAdminOptions.ShortestToken} characters of letters, digits and -._~+/=")
{
    public override bool IsSecret => true;

    public override string? Read(string text, out string? value)
    {
        value = text;
        return null;
    }

    public override string? Check(string? value) => value is null ? null
        : value.Length < RelayAdminOptions.ShortestToken ? $"has {value.Length} characters, which is too few"
        : value.All(character => char.IsAsciiLetterOrDigit(character) || "-._~+/=".Contains(character, StringComparison.Ordinal)) ? null
        : "has a character that a header cannot carry";

    public override string Format(string? value) => value is null ? "none" : "(secret)";
}
