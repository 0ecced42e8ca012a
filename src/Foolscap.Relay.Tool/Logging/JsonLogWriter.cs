using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Foolscap.Relay.Tool.Logging;

/// <summary>
/// Log lines for a collector: one JSON object a line with <c>time</c>, <c>level</c>, <c>category</c>, <c>event</c> (a number
/// that stays), <c>name</c>, <c>message</c>, the message's values under <c>values</c>, and <c>exception</c>.
/// </summary>
internal sealed class JsonLogWriter(TextWriter output) : ILogLineWriter
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Write(LogLine line)
    {
        using MemoryStream buffer = new();
        using (Utf8JsonWriter json = new(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", line.Time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", LogWords.Of(line.Level));
            json.WriteString("category", line.Category);
            json.WriteNumber("event", line.Event.Id);
            if (line.Event.Name is not null)
            {
                json.WriteString("name", line.Event.Name);
            }

            json.WriteString("message", line.Message);
            WriteValues(json, line);
            if (line.Exception is not null)
            {
                json.WriteString("exception", line.Exception.ToString());
            }

            json.WriteEndObject();
        }

        output.WriteLine(Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static void WriteValues(Utf8JsonWriter json, LogLine line)
    {
        json.WriteStartObject("values");
        foreach ((string key, object? value) in line.Values)
        {
            if (key == "{OriginalFormat}")
            {
                continue;
            }

            switch (value)
            {
                case null:
                    json.WriteNull(key);
                    break;
                case bool flag:
                    json.WriteBoolean(key, flag);
                    break;
                case sbyte or byte or short or ushort or int or uint or long:
                    json.WriteNumber(key, Convert.ToInt64(value, CultureInfo.InvariantCulture));
                    break;
                case TimeSpan time:
                    json.WriteNumber(key, time.TotalSeconds);
                    break;
                default:
                    json.WriteString(key, Convert.ToString(value, CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.WriteEndObject();
    }
}
