using Hub.Contracts.Addresses;

namespace Hub.Tests.Golden;

/// <summary>A registered public key as schemas/golden/keys/keys.json lists it.</summary>
/// <param name="Sender">The system it is registered for.</param>
/// <param name="Id">Its id there.</param>
/// <param name="State">active, expired or revoked.</param>
/// <param name="SubjectPublicKeyInfo">DER.</param>
/// <param name="Certificate">DER, when it was registered with one.</param>
public sealed record GoldenKey(SystemAddress Sender, string Id, string State, byte[] SubjectPublicKeyInfo, byte[]? Certificate)
{
    public string FileName => $"{Sender.System}-{Id}";
}
