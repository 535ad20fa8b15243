using System.Globalization;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Core;
using Hub.Core.Registry;
using Hub.Core.Registry.Certificates;
using Hub.Core.Trail;
using Hub.Host.Identity;
using System.Security.Cryptography;

namespace Hub.Host.Api.Registry;

/// <summary><c>GET /api/v1/resolve</c>: who would get a message, and the keys to seal it with.</summary>
internal static class ResolveEndpoints
{
    private const int MaxLimit = 1_000;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/v1/resolve", ResolveAsync).RequireScope(RegistryEndpoints.Readers)
            .WithTags("Registry").WithName("resolve").WithSummary("Which systems a message to a recipient would reach, with their encryption keys in force")
            .WithDescription($"'to' is an agency, agency/system or group:name; 'type' the message type. A system learns only of recipients that it has a right to send this type to. 'redirectedFrom' tells that a successor takes over. Operators and auditors may ask about another instant, 'at', e.g. after a planned reorganisation; of certificates, the standing known now counts. 'limit' is 1 to {MaxLimit} (200); 'next' of one page is 'cursor' of the following one.")
            .Produces<ResolutionView>()
            .ProducesProblems(
                ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.UnknownRecipient, ProblemCode.NoSystemForType,
                ProblemCode.AmbiguousRecipient, ProblemCode.RecipientClosed, ProblemCode.TooLarge);

    private static async Task<IResult> ResolveAsync(
        HttpContext context, RegistryReads reads, IHubKeys keys, HubSettings settings, ICertificateStatus certificates, TimeProvider clock, string to, string type, string? at, string? cursor, int? limit)
    {
        var caller = context.Caller();
        var address = RecipientAddress.TryParse(to, out var parsed) ? parsed : throw QueryText.Bad(nameof(to), to, "an agency code, agency/system, or group:name");
        var asked = MessageType.TryParse(type, out var known) ? known : throw QueryText.Bad(nameof(type), type, "a message type such as vn.document.v1");
        var rows = limit is null ? 200 : limit is >= 1 and <= MaxLimit ? limit.Value : throw QueryText.Bad(nameof(limit), $"{limit}", $"1 to {MaxLimit}");
        var skip = cursor is null ? 0 : int.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var place) ? place : throw QueryText.Bad(nameof(cursor), cursor, "'next' of the page before, unchanged");

        var moment = await reads.MomentAsync(caller, at, version: null, context.RequestAborted);
        List<ResolvedRecipient> reached = [.. moment.Registry.Resolve([new Recipient(address)], asked, moment.At).Where(r => IsTold(caller, moment, asked, r))];
        if (reached.Count == 0) throw Refused(caller, to, type);
        var ring = new RegistryKeyRing(moment.Registry, keys, clock, settings.Development, certificates);
        var group = address.Kind == RecipientKind.Group ? moment.Registry.FindGroup(address.Group) : null;
        return Results.Json(
            new ResolutionView(
                to, type, moment.Registry.Version, moment.At, group?.Version,
                [.. reached.Skip(skip).Take(rows).Select(r => RecipientView.Of(r, KeysOf(r.System, ring, moment.At)))],
                skip + rows < reached.Count ? (skip + rows).ToString(CultureInfo.InvariantCulture) : null),
            HubJson.Options);
    }

    private static bool IsTold(Caller caller, RegistryMoment moment, MessageType type, ResolvedRecipient recipient) => caller.System is { } system
        ? RegistrySnapshot.IsProtocol(type) || moment.Registry.Allows(system, type, recipient.System.Address, new MessageFacts(Priority: 0, Size: 0, Sealed: true), moment.At, recipient.Redirection)
        : RegistryReads.SightOf(caller, moment).Sees(recipient.System);

    private static ProblemException Refused(Caller caller, string to, string type) => caller.System is not null
        ? ProblemCode.NotAllowed.With($"No right lets '{caller.Actor}' send {type} to {to}. Broken link: right.")
        : ProblemCode.OutsideSubtree.With($"'{caller.Actor}' acts under {caller.Under}; {to} reaches no system in it.");

    private static List<EncryptionKeyView> KeysOf(AgencySystem system, RegistryKeyRing ring, DateTimeOffset at) =>
        [.. ring.EncryptionKeys(system, at).Select(static key =>
            new EncryptionKeyView(key.Key.Id, key.Key.Thumbprint, PemEncoding.WriteString("PUBLIC KEY", key.Key.SubjectPublicKeyInfo.Span), key.NotAfter))];
}

/// <summary>Who would get a message.</summary>
/// <param name="To">As asked.</param>
/// <param name="Type">As asked.</param>
/// <param name="Version">Version of the registry.</param>
/// <param name="At">The instant that was asked about.</param>
/// <param name="GroupVersion">Version of the group, when one was asked for.</param>
/// <param name="Recipients">The systems.</param>
/// <param name="Next">Cursor of the next page; missing at the end.</param>
internal sealed record ResolutionView(string To, string Type, long Version, DateTimeOffset At, int? GroupVersion, IReadOnlyList<RecipientView> Recipients, string? Next);

/// <summary>A system that would get it.</summary>
/// <param name="System">Its address.</param>
/// <param name="Name">Its name.</param>
/// <param name="Why"><c>direct</c>, <c>agency:code</c>, <c>group:name@version</c>, <c>successor-of:code</c>.</param>
/// <param name="RedirectedFrom">The closed agency that was addressed.</param>
/// <param name="Reorganisation">By which reorganisation this one took over.</param>
/// <param name="EncryptionKeys">Its encryption keys in force at that instant.</param>
internal sealed record RecipientView(string System, string Name, string Why, string? RedirectedFrom, string? Reorganisation, IReadOnlyList<EncryptionKeyView> EncryptionKeys)
{
    internal static RecipientView Of(ResolvedRecipient recipient, IReadOnlyList<EncryptionKeyView> keys) => new(
        recipient.System.Address.ToString(), recipient.System.Name, recipient.Why, recipient.Redirection?.Agency.Value, recipient.Redirection?.Reorganisation, keys);
}

/// <summary>A key to seal payloads with.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Sha256">SHA-256 of its SubjectPublicKeyInfo.</param>
/// <param name="Pem">The public key.</param>
/// <param name="NotAfter">Until when it is valid.</param>
internal sealed record EncryptionKeyView(string Id, string Sha256, string Pem, DateTimeOffset? NotAfter);
