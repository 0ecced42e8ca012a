using Foolscap.Tubs.Banana;

namespace Foolscap.Tubs.Connections;

/// <summary>
/// Writes whole messages of one connection, and leaves nothing of one that cannot be sent. The outbox guards it with its lock.
/// </summary>
internal sealed class MessageEncoder
{
    private readonly BananaWriter _writer;
    private readonly ValueEncoder _values;
    private bool _encoding;

    public MessageEncoder(OutputBuffer output, IReferenceExporter exporter)
    {
        _writer = new BananaWriter(output);
        _values = new ValueEncoder(_writer, exporter);
    }

    /// <summary>Where messages are written from now on.</summary>
    public OutputBuffer Output
    {
        get => _writer.Output;
        set => _writer.Output = value;
    }

    /// <exception cref="ViolationException">The message cannot be sent.</exception>
    /// <exception cref="InvalidOperationException">Writing one message has led to another one.</exception>
    public void Encode<TMessage>(in TMessage message)
        where TMessage : struct, IOutboundMessage
    {
        if (_encoding)
        {
            throw new InvalidOperationException("A value that is being sent makes a call on the same connection while it is enumerated.");
        }

        int length = Output.Length;
        long nextOpen = _writer.NextOpen;
        try
        {
            _encoding = true;
            _values.BeginMessage();
            message.Encode(_writer, _values);
        }
        catch
        {
            Output.Truncate(length);
            _writer.NextOpen = nextOpen;
            _values.Rollback();
            throw;
        }
        finally
        {
            _encoding = false;
        }
    }
}
