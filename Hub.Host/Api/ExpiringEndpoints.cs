using Hub.Contracts.Problems;
using Hub.Core.Notices;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary>A key that ends soon.</summary>
/// <param name="Owner">System address, <c>operator:name</c>, <c>auditor:name</c> or <c>anchor:name</c>.</param>
/// <param name="Key">Id of the key, or name of the anchor.</param>
/// <param name="Use"><c>signature</c>, <c>encryption</c> or <c>authority</c>.</param>
/// <param name="Thumbprint">SHA-256 of the public key; of an anchor's certificate.</param>
/// <param name="NotAfter">When it ends.</param>
/// <param name="DaysLeft">Whole days until then.</param>
/// <param name="Threshold">60, 14 or 3: at which it was told of last.</param>
internal sealed record ExpiringView(string Owner, string Key, string Use, string Thumbprint, DateTimeOffset NotAfter, int DaysLeft, int Threshold);

/// <summary>How many certificates have a status.</summary>
internal sealed record CertificateCounts(int Good, int Revoked, int Unknown, int Unanchored);

/// <summary>Keys that end soon, soonest first, and what is known of certificates.</summary>
internal sealed record ExpiringList(IReadOnlyList<ExpiringView> Items, CertificateCounts Certificates);

/// <summary><c>/api/v1/operator/expiring</c>.</summary>
internal static class ExpiringEndpoints
{
    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/api/v1/operator/expiring", List).RequireScope(Scopes.Operator | Scopes.Auditor)
        .WithTags("Operator").WithName("expiring").WithSummary("Keys and trust anchors that end within 60 days")
        .WithDescription("Soonest first. Each system was told by a hub.notice.v1 at 60, 14 and 3 days. Within a subtree only the keys of its systems are listed.")
        .Produces<ExpiringList>().ProducesProblems(ProblemCode.Unauthenticated);

    private static IResult List(HttpContext context, IRegistry registry, CertificateTable certificates, TimeProvider clock)
    {
        var (caller, current, now) = (context.Caller(), registry.Current, clock.GetUtcNow());
        var items = ExpiringKeys.Find(current, now)
            .Where(e => caller.Under is not { } under || (e.System is { } system && (system.Agency == under || current.IsUnder(system.Agency, under, now))))
            .Select(e => new ExpiringView(e.Owner, e.Key, e.Use, e.Thumbprint, e.NotAfter, (int)(e.NotAfter - now).TotalDays, e.Threshold));
        var states = certificates.All.Select(static c => c.Value.State).ToLookup(static s => s);
        var counts = new CertificateCounts(
            states[CertificateState.Good].Count(), states[CertificateState.Revoked].Count(), states[CertificateState.Unknown].Count(), states[CertificateState.Unanchored].Count());
        return Results.Json(new ExpiringList([.. items], counts), HubJson.Options);
    }
}
