using Sluice.Gateway.Snapshot;

namespace Sluice.Gateway.Plugins.Authentication;

/// <summary>Finds the consumer that an identity provider or a certificate means.</summary>
internal static class ConsumerLookup
{
    /// <param name="snapshot">Where consumers are.</param>
    /// <param name="name">What the caller is called there.</param>
    /// <param name="by">Which of <c>id</c>, <c>username</c> and <c>custom_id</c> that may be, in the order of trying.</param>
    public static ConsumerModel? Find(GatewaySnapshot snapshot, string name, IReadOnlyList<string> by)
    {
        foreach (var field in by)
        {
            var found = field switch
            {
                "id" => Guid.TryParse(name, out var id) ? snapshot.Consumers.GetValueOrDefault(id) : null,
                "username" => snapshot.ConsumersByUsername.GetValueOrDefault(name),
                _ => snapshot.ConsumersByCustomId.GetValueOrDefault(name),
            };
            if (found is not null) return found;
        }

        return null;
    }
}
