using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;

namespace Foolscap.Relay.Faults.Tests.Network;

/// <summary>
/// A network namespace of its own for the relay and for the client, each with a link of its own to this test (to B, and
/// to C), and one between the two, which runs over a bridge in a third namespace. Without its port on the bridge the
/// link is black: both ends stay up, and packets vanish in between.
/// <code>
///   B (test) ────── relay ══ bridge ══ client ────── C (test)
/// </code>
/// </summary>
internal sealed class NamespaceNetwork : IFaultyNetwork
{
    private const string Name = "fsf";
    private const string Bridge = "bridge";
    private const string ClientPort = "client";

    private readonly string _prefix = $"{Name}{Environment.ProcessId}";
    private readonly string _net;

    private NamespaceNetwork(string net) => _net = net;

    public string Description => "network namespaces joined by veth pairs, one of which is taken off its bridge";

    public IPAddress RelayListenAddress => IPAddress.Any;

    public IPAddress RelayAddress => Address(2);

    public IPAddress TargetAddress => Address(5);

    public IReadOnlyList<string> RelayPrefix => ["ip", "netns", "exec", RelayPlace];

    public IReadOnlyList<string> ClientPrefix => ["ip", "netns", "exec", ClientPlace];

    private string RelayPlace => $"{_prefix}-relay";

    private string ClientPlace => $"{_prefix}-client";

    private string MiddlePlace => $"{_prefix}-middle";

    /// <summary>Makes one, if this machine and this user may.</summary>
    /// <returns>The network, or why there is none.</returns>
    public static async Task<(NamespaceNetwork? Network, string? Problem)> TryCreateAsync()
    {
        if (!OperatingSystem.IsLinux())
        {
            return (null, "this is not Linux");
        }

        NamespaceNetwork network = new(FindFreeNet());
        try
        {
            await RemoveThoseOfDeadRunsAsync();
            await network.CreateAsync();
            return (network, null);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            await network.DisposeAsync();
            return (null, exception.Message);
        }
    }

    public IPEndPoint OpenWay(int relayPort) => new(Address(9), relayPort);

    public Task BreakLinkAsync() => IpAsync($"-n {MiddlePlace} link set {ClientPort} nomaster");

    public Task MendLinkAsync() => IpAsync($"-n {MiddlePlace} link set {ClientPort} master {Bridge}");

    public Task ResetAsync() => MendLinkAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (string place in new[] { RelayPlace, ClientPlace, MiddlePlace })
        {
            await TryRemoveAsync(place); // and with it the veth pairs of which it has an end
        }
    }

    private async Task CreateAsync()
    {
        foreach (string place in new[] { RelayPlace, ClientPlace, MiddlePlace })
        {
            await IpAsync($"netns add {place}");
            await IpAsync($"-n {place} link set lo up");
        }

        await JoinWithTestAsync(RelayPlace, $"{_prefix}r", Address(1), Address(2));
        await JoinWithTestAsync(ClientPlace, $"{_prefix}c", Address(5), Address(6));

        await IpAsync($"-n {MiddlePlace} link add {Bridge} type bridge");
        await IpAsync($"-n {MiddlePlace} link set {Bridge} up");
        await JoinWithBridgeAsync(RelayPlace, "relay", Address(9));
        await JoinWithBridgeAsync(ClientPlace, ClientPort, Address(10));
    }

    private static async Task JoinWithTestAsync(string place, string device, IPAddress here, IPAddress there)
    {
        await IpAsync($"link add {device} type veth peer name test netns {place}");
        await IpAsync($"addr add {here}/30 dev {device}");
        await IpAsync($"link set {device} up");
        await IpAsync($"-n {place} addr add {there}/30 dev test");
        await IpAsync($"-n {place} link set test up");
    }

    private async Task JoinWithBridgeAsync(string place, string port, IPAddress address)
    {
        await IpAsync($"-n {MiddlePlace} link add {port} type veth peer name way netns {place}");
        await IpAsync($"-n {MiddlePlace} link set {port} master {Bridge} up");
        await IpAsync($"-n {place} addr add {address}/30 dev way");
        await IpAsync($"-n {place} link set way up");
    }

    private IPAddress Address(int host) => IPAddress.Parse($"{_net}.{host}");

    /// <summary>A net of those that are set aside for tests of network devices (RFC 2544), which nobody uses here.</summary>
    private static string FindFreeNet()
    {
        HashSet<string> used = [.. NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(device => device.GetIPProperties().UnicastAddresses)
            .Select(address => string.Join('.', address.Address.ToString().Split('.').Take(3)))];
        return Enumerable.Range(Environment.ProcessId, 256).Select(number => $"198.18.{number % 256}").First(net => !used.Contains(net));
    }

    /// <summary>A run that was killed could not clean up.</summary>
    private static async Task RemoveThoseOfDeadRunsAsync()
    {
        foreach (string line in (await IpAsync("netns list")).Split('\n'))
        {
            string place = line.Split(' ')[0];
            if (place.StartsWith(Name, StringComparison.Ordinal)
                && int.TryParse(place[Name.Length..].Split('-')[0], out int owner)
                && !Directory.Exists($"/proc/{owner}"))
            {
                await TryRemoveAsync(place);
            }
        }
    }

    private static async Task TryRemoveAsync(string place)
    {
        try
        {
            await IpAsync($"netns del {place}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has not come to be, or there is no such program.
        }
    }

    /// <exception cref="InvalidOperationException">It failed.</exception>
    private static async Task<string> IpAsync(string arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> output = ip.StandardOutput.ReadToEndAsync();
        string errors = await ip.StandardError.ReadToEndAsync();
        await ip.WaitForExitAsync();
        return ip.ExitCode == 0 ? await output : throw new InvalidOperationException($"'ip {arguments}' failed: {errors.Trim()}");
    }
}
