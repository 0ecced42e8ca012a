using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Foolscap.Relay.Hosting.Configuration;

/// <summary>
/// Tells the options of one name that their section has changed, but only when all of it is right: what has faults is
/// logged, and the old values stay.
/// </summary>
internal sealed class SectionReload<TOptions> : IOptionsChangeTokenSource<TOptions>, IDisposable
    where TOptions : class, new()
{
    private readonly IOptionsFactory<TOptions> _factory;
    private readonly HostingLog _log;
    private readonly string _path;
    private readonly IDisposable _registration;
    private ConfigurationReloadToken _token = new();

    public SectionReload(string name, IConfiguration section, IOptionsFactory<TOptions> factory, HostingLog log)
    {
        Name = name;
        _factory = factory;
        _log = log;
        _path = Schema<TOptions>.PathOf(section);
        _registration = ChangeToken.OnChange(section.GetReloadToken, OnChanged);
    }

    public string Name { get; }

    public IChangeToken GetChangeToken() => Volatile.Read(ref _token);

    public void Dispose() => _registration.Dispose();

    private void OnChanged()
    {
        try
        {
            _factory.Create(Name);
        }
        catch (OptionsValidationException exception)
        {
            foreach (string fault in exception.Failures)
            {
                _log.ReloadFault(_path, fault);
            }

            return;
        }

        Interlocked.Exchange(ref _token, new ConfigurationReloadToken()).OnReload();
    }
}
