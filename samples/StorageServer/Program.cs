// A storage server behind a relay, like Tahoe-LAFS's: a Tub that keeps blobs by their SHA-256, and the client that sends and fetches them.
using System.CommandLine;
using System.Security.Cryptography;
using Foolscap.Furls;
using Foolscap.Tubs;
using StorageServer;

Argument<Furl> furl = new("furl") { Description = "The storage's FURL, as the server printed it.", CustomParser = result => Read(result, text => Furl.Parse(text)) };
Argument<FileInfo> file = new("file") { Description = "The file." };
Argument<BlobHash> hash = new("hash") { Description = "The blob's SHA-256, 64 hexadecimal digits.", CustomParser = result => Read(result, BlobHash.Parse) };
Option<DirectoryInfo> folder = new("--folder") { Description = "Where the blobs, and the Tub's identity, are kept.", Required = true };
Option<string[]> relays = new("--relay") { Description = "The registrar FURL of a relay; once for each.", Required = true };
Option<long> maxBlob = new("--max-blob") { Description = "The largest blob, in bytes.", DefaultValueFactory = _ => 1L << 30 };

Command serve = new("serve", "Keeps blobs, and stays reachable through the relays.") { folder, relays, maxBlob };
serve.SetAction((parsed, stopping) => Server.RunAsync(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(relays), parsed.GetValue(maxBlob), stopping));
Command put = new("put", "Sends a file, and prints its hash.") { furl, file };
put.SetAction((parsed, stopping) => Try(async () =>
{
    await using StorageClient client = await StorageClient.ConnectAsync(parsed.GetRequiredValue(furl), stopping);
    Console.WriteLine(await client.PutAsync(parsed.GetRequiredValue(file), new ProgressLine("sent"), stopping));
}));
Command get = new("get", "Fetches a blob by its hash into a new file.") { furl, hash, file };
get.SetAction((parsed, stopping) => Try(async () =>
{
    await using StorageClient client = await StorageClient.ConnectAsync(parsed.GetRequiredValue(furl), stopping);
    await client.GetAsync(parsed.GetRequiredValue(hash), parsed.GetRequiredValue(file), new ProgressLine("fetched"), stopping);
}));
RootCommand command = new("A storage server behind a Foolscap relay, and its client.") { serve, put, get };
return await command.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = Timeout.InfiniteTimeSpan });

static async Task<int> Try(Func<Task> action)
{
    try
    {
        await action();
        return 0;
    }
    catch (Exception exception) when (exception is FoolscapException or IOException or UnauthorizedAccessException or CryptographicException)
    {
        Console.Error.WriteLine(exception.Message);
        return 1;
    }
}

static T? Read<T>(System.CommandLine.Parsing.ArgumentResult result, Func<string, T> parse)
{
    try
    {
        return parse(result.Tokens[^1].Value);
    }
    catch (FormatException exception)
    {
        result.AddError(exception.Message);
        return default;
    }
}
