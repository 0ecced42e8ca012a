using Foolscap.Relay.Server;

namespace Foolscap.Relay.Hosting.Services;

/// <summary>The list of Tubs that may register, if there is one at present, and then the policy of the program, if it has one.</summary>
internal sealed class AllowedTubsPolicy : IRegistrationPolicy
{
    private IRegistrationPolicy? _list;

    /// <summary>Asked of those who are on the list.</summary>
    public IRegistrationPolicy? Next { get; set; }

    /// <summary>Changes the list; null for none.</summary>
    public void Use(IRegistrationPolicy? list) => Volatile.Write(ref _list, list);

    public async ValueTask<AdmissionDecision> DecideAsync(RegistrationRequest request, CancellationToken cancellationToken)
    {
        foreach (IRegistrationPolicy? policy in (IRegistrationPolicy?[])[Volatile.Read(ref _list), Next])
        {
            if (policy is not null && await policy.DecideAsync(request, cancellationToken).ConfigureAwait(false) is { IsAllowed: false } denied)
            {
                return denied;
            }
        }

        return AdmissionDecision.Allow;
    }
}
