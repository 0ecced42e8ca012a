namespace Foolscap.Relay.Streams;

/// <summary>Of the two connections of a copy, the one that is written has failed, and not the one that is read.</summary>
internal sealed class OutputFailedException(Exception failure) : Exception(failure.Message, failure);
