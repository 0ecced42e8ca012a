using System.Text.Json;
using System.Text.Json.Serialization;

namespace Foolscap.Relay.AspNetCore.Status;

/// <summary>How reports are written and read, without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(HistoryReport))]
internal sealed partial class StatusJson : JsonSerializerContext;
