using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Registry;

/// <summary>Keeps each system once in a list of recipients. Main wins over info; and a system that is itself addressed is no
/// successor any more, so that the order of addresses decides nothing about rights.</summary>
internal sealed class RecipientPlaces(List<ResolvedRecipient> recipients)
{
    private readonly Dictionary<SystemAddress, int> _places = new(recipients.Capacity);

    /// <summary>Why a destination gets a message that was addressed so.</summary>
    internal static string Why(Destination found, string addressed) =>
        found.Redirection is { } redirection ? $"successor-of:{redirection.Agency}" : addressed;

    internal void Add(ResolvedRecipient recipient)
    {
        if (_places.TryAdd(recipient.System.Address, recipients.Count))
        {
            recipients.Add(recipient);
            return;
        }

        var place = _places[recipient.System.Address];
        var known = recipients[place];
        if (known.Redirection is not null && recipient.Redirection is null) known = known with { Why = recipient.Why, Redirection = null };
        if (recipient.Role == RecipientRole.Main && known.Role != RecipientRole.Main) known = known with { Role = RecipientRole.Main };
        if (known.ByGroup && !recipient.ByGroup) known = known with { ByGroup = false };
        recipients[place] = known;
    }
}
