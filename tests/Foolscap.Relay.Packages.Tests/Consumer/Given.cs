using System.IO.Pipelines;
using System.Net;
using Foolscap.Furls;
using Foolscap.Relay.Client;
using Foolscap.Relay.Server;
using Foolscap.Tubs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Consumer;

/// <summary>Values for the names that a snippet uses and does not declare; such a snippet is compiled, and not run.</summary>
internal abstract class Given
{
    protected static readonly WebApplicationBuilder builder = null!;
    protected static readonly WebApplication app = null!;
    protected static readonly IServiceCollection services = null!;
    protected static readonly Tub tub = null!;
    protected static readonly RelayServer relay = null!;
    protected static readonly RelayClient client = null!;
    protected static readonly IDuplexPipe duplexPipe = null!;
    protected static readonly EndPoint remoteEndPoint = null!;
    protected static readonly Action abort = null!;
    protected static readonly ReadOnlyMemory<byte> bytesRead = default;
    protected static readonly string registrarFurl = null!;
    protected static readonly Furl furl = null!;
}
