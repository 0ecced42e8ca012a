using System.Text;

namespace Foolscap.Tubs.Banana;

/// <summary>
/// The copy of a Twisted <c>Failure</c> in an error answer (<c>foolscap.call.FailureSlicer</c>), in both directions.
/// </summary>
internal static class RemoteFailure
{
    public const string CopyableName = "twisted.python.failure.Failure";

    // Foolscap refuses the whole error if one of these is longer (FailureConstraint).
    private const int MaxValueBytes = 1000;
    private const int MaxTypeBytes = 200;
    private const int MaxTracebackBytes = 2000;
    private const int MaxParents = 20;

    private const string NoTraceback = "Traceback unavailable\n";

    /// <summary>Takes the next member of a failure's state: a name, or the value for it.</summary>
    public static void AddToState(ref Frame frame, object? value)
    {
        if (frame.Extra is not string name)
        {
            frame.Extra = GetText(value) ?? throw new ViolationException("a name in a failure is no byte string");
        }
        else
        {
            ((Dictionary<string, object?>)frame.Value!)[name] = value;
            frame.Extra = null;
        }
    }

    /// <summary>Makes an exception of a failure's state; a field that is missing reads as empty.</summary>
    public static RemoteException FromState(Dictionary<string, object?> state)
    {
        List<string> parents = [];
        if (state.GetValueOrDefault("parents") is List<object?> list)
        {
            parents.AddRange(list.Select(GetText).OfType<string>());
        }

        return new RemoteException(Field("type"), Field("value"), Field("traceback"), parents);

        string Field(string name) => GetText(state.GetValueOrDefault(name)) ?? string.Empty;
    }

    /// <summary>Writes an exception as the error of a request.</summary>
    public static void Encode(BananaWriter writer, long requestId, Exception exception, bool withTraceback)
    {
        (string type, List<string> parents) = Describe(exception);
        string message = exception is RemoteException remote ? remote.RemoteMessage : exception.Message;
        string traceback = withTraceback ? exception.ToString() : NoTraceback;

        long error = writer.Open(Vocabulary.Error);
        writer.Count(requestId);
        long copyable = writer.Open(Vocabulary.Copyable);
        writer.Utf8(CopyableName);
        writer.Utf8("value");
        writer.Utf8(Cut(message, MaxValueBytes));
        writer.Utf8("type");
        writer.Utf8(Cut(type, MaxTypeBytes));
        writer.Utf8("traceback");
        writer.Utf8(Cut(traceback, MaxTracebackBytes));
        writer.Utf8("parents");
        long list = writer.Open(Vocabulary.List);
        foreach (string parent in parents.Take(MaxParents))
        {
            writer.Utf8(Cut(parent, MaxTypeBytes));
        }

        writer.Close(list);
        writer.Close(copyable);
        writer.Close(error);
    }

    /// <summary>The names under which Python programs know an exception, where there is such a name.</summary>
    private static (string Type, List<string> Parents) Describe(Exception exception)
    {
        switch (exception)
        {
            case RemoteException remote:
                return (remote.RemoteType, [.. remote.RemoteParents]);
            case ViolationException:
                return (ViolationException.RemoteTypeName, [ViolationException.RemoteTypeName, "builtins.Exception"]);
            case KeyNotFoundException:
                return ("builtins.KeyError", ["builtins.KeyError", "builtins.LookupError", "builtins.Exception"]);
            case UnknownMethodException:
                return ("builtins.AttributeError", ["builtins.AttributeError", "builtins.Exception"]);
        }

        List<string> parents = [];
        for (Type? type = exception.GetType(); type is not null; type = type.BaseType)
        {
            parents.Add(type.FullName ?? type.Name);
        }

        // Python splits the type at its dots into module and class.
        return (parents[0], parents);
    }

    private static string? GetText(object? value) => value switch
    {
        string text => text,
        byte[] bytes => Encoding.UTF8.GetString(bytes),
        _ => null,
    };

    private static string Cut(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes)
        {
            return text;
        }

        StringBuilder cut = new(maxBytes);
        int bytes = 2; // for the dots
        foreach (Rune rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes)
            {
                break;
            }

            cut.Append(rune.ToString());
        }

        return cut.Append("..").ToString();
    }
}
