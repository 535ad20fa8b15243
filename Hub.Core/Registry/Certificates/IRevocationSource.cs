namespace Hub.Core.Registry.Certificates;

/// <summary>What a source said about one certificate, verified: signed by its issuer or by a responder that the issuer appointed,
/// and in force now.</summary>
/// <param name="State"><see cref="CertificateState.Unknown"/> when nobody gave an answer that counts.</param>
/// <param name="Source">The address that was asked last.</param>
public sealed record RevocationAnswer(CertificateState State, string? Source)
{
    /// <summary>From when the answer is.</summary>
    public DateTimeOffset? ThisUpdate { get; init; }

    /// <summary>Until when it holds, exclusive.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>From when on the certificate is revoked.</summary>
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>Why, in the words of RFC 5280, 5.3.1.</summary>
    public string? Reason { get; init; }

    /// <summary>Why there is no answer, for people.</summary>
    public string? Fault { get; init; }
}

/// <summary>Asks issuers about their certificates.</summary>
public interface IRevocationSource
{
    /// <summary>Asks about several at once, so that one CRL serves all that name it.</summary>
    /// <param name="certificates">At most 500; their chain was checked before.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One answer for each, in their order. Failures are answers, not exceptions.</returns>
    ValueTask<IReadOnlyList<RevocationAnswer>> AskAsync(IReadOnlyList<IssuedCertificate> certificates, CancellationToken cancellationToken = default);
}
