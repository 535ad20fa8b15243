using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Storage;

/// <summary>What another node has committed, as far as somebody here may wait for it.</summary>
/// <param name="Recipients">Systems that something was queued for.</param>
/// <param name="Messages">Messages that something became of: a reply, an answer, an end.</param>
/// <param name="RegistryVersion">The version of the registry that came into force, if one did.</param>
/// <param name="Missed">Wakes may have been lost (the connection broke, or there was too much to say): look at everything.</param>
public sealed record StoreWake(IReadOnlyList<SystemAddress> Recipients, IReadOnlyList<MessageKey> Messages, long? RegistryVersion, bool Missed = false);
