using Hub.Contracts.Addresses;
using Hub.Contracts.Signatures;
using Hub.Core.Pressure;

namespace Hub.Core.Registry;

/// <summary>A level of government; data, never an enum in logic (districts ended on 2025-07-01).</summary>
/// <param name="Code">E.g. <c>province</c>.</param>
/// <param name="NameVi">Vietnamese name.</param>
/// <param name="NameEn">English name.</param>
/// <param name="Order">1 is the highest.</param>
public sealed record Level(string Code, string NameVi, string NameEn, int Order);

/// <summary>An organisation.</summary>
public sealed record Agency
{
    /// <summary>Code in force.</summary>
    public required AgencyCode Code { get; init; }

    /// <summary>The older QCVN 102 code, if it has one; from the table, never computed.</summary>
    public AgencyCode? LegacyCode { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Code of its level.</summary>
    public required string Level { get; init; }

    /// <summary>The agency above it.</summary>
    public AgencyCode? Parent { get; init; }

    /// <summary>Valid from, inclusive; null for always.</summary>
    public DateTimeOffset? ValidFrom { get; init; }

    /// <summary>Valid until, exclusive; null for open.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>Code of the territory it governs (General Statistics Office): 2 digits for a province, 5 for a commune; see QĐ 19/2025/QĐ-TTg.</summary>
    public string? TerritoryCode { get; init; }

    /// <summary>False while its code is not confirmed by an official source.</summary>
    public bool Verified { get; init; } = true;

    /// <summary>Whether it exists at an instant, by its own interval alone; reorganisations may close it earlier, see <see cref="RegistrySnapshot.AgencyAt"/>.</summary>
    public bool IsOpen(DateTimeOffset at) => !(at < ValidFrom) && !(at >= ValidUntil);
}

/// <summary>A public key of a system.</summary>
/// <param name="Key">The imported key.</param>
/// <param name="NotBefore">Valid from, inclusive.</param>
/// <param name="NotAfter">Valid until, exclusive.</param>
/// <param name="Revoked">Not valid from this instant on.</param>
/// <param name="Development">Made by <c>hub dev-pki</c>: refused unless the hub runs with <c>--development</c>.</param>
public sealed record SystemKey(VerificationKey Key, DateTimeOffset? NotBefore, DateTimeOffset? NotAfter, DateTimeOffset? Revoked, bool Development)
{
    /// <summary>What the key is for; a key for one use is never taken for the other.</summary>
    public KeyUse Use { get; init; }

    /// <summary>The certificate it was registered with, DER; null for a bare key.</summary>
    public ReadOnlyMemory<byte>? Certificate { get; init; }

    /// <summary>Proof of possession given at registration: a compact JWS by the key itself, see <c>schemas/key-proof.schema.json</c>.</summary>
    public string? Proof { get; init; }
}

/// <summary>What a key is for.</summary>
public enum KeyUse
{
    /// <summary>Its owner signs envelopes, assertions and acknowledgements with it.</summary>
    Signature,

    /// <summary>Others seal payloads for its owner with it.</summary>
    Encryption,
}

/// <summary>How the hub talks to a system.</summary>
/// <param name="Kind"><c>mailbox</c>, <c>push</c> or <c>app</c>.</param>
/// <param name="Url">Where to push.</param>
/// <param name="AllowPrivate">Whether the push address may be in a private or loopback range.</param>
/// <param name="App">Name of the app on the bus.</param>
public sealed record ChannelSettings(string Kind, Uri? Url = null, bool AllowPrivate = false, string? App = null);

/// <summary>Limits and pace of deliveries to one system.</summary>
public sealed record DeliveryPolicy
{
    /// <summary>Most attempts (claims, for a mailbox) before a delivery dies (10).</summary>
    public int MaxAttempts { get; init; } = 10;

    /// <summary>Delay after the first failure (2 s).</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Greatest delay (15 min).</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Factor from one delay to the next (2).</summary>
    public double Factor { get; init; } = 2;

    /// <summary>Share of the delay that is random, 0 to 1 (0.2).</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>Age at which a delivery dies whatever its attempts (7 days).</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long one push may take (30 s).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pushes in flight to this system (16).</summary>
    public int MaxInFlight { get; init; } = 16;

    /// <summary>How long a mailbox claim lasts (60 s).</summary>
    public TimeSpan ClaimDuration { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Messages a second that each node accepts from it; null (usual): no bound.</summary>
    public double? SendRate { get; init; }

    /// <summary>Messages accepted from it at once after a pause; null: ten seconds of <see cref="SendRate"/>.</summary>
    public int? SendBurst { get; init; }

    /// <summary>Most unfinished deliveries to it before senders to it are told <c>unavailable</c> (1,000,000).</summary>
    public int MaxQueued { get; init; } = 1_000_000;

    /// <summary>What it may send; null: no bound.</summary>
    public SendQuota? Quota => SendRate is { } rate ? new SendQuota(rate, SendBurst ?? SendQuota.UsualBurst(rate)) : null;

    /// <summary>Most pushes begun in a second, by each node (null: as many as it takes); up to a second's worth at once.</summary>
    public int? MaxRate { get; init; }

    /// <summary>Failures of the system in a row after which it is left alone for a while (5); 0: never.</summary>
    public int BreakerFailures { get; init; } = 5;

    /// <summary>How long it is left alone the first time (30 s); doubles with each probe that fails, up to <see cref="MaxDelay"/>.</summary>
    public TimeSpan BreakerOpen { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Age from which a delivery that is still queued raises an alarm (1 h).</summary>
    public TimeSpan AgeAlarm { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the system may show no sign of life (claim, send, successful push) before it is told of; null: for ever.</summary>
    public TimeSpan? Heartbeat { get; init; }
}

/// <summary>One piece of agency software on the bus.</summary>
public sealed record AgencySystem
{
    /// <summary>Its address.</summary>
    public required SystemAddress Address { get; init; }

    /// <summary>Name.</summary>
    public required string Name { get; init; }

    /// <summary>Types it receives when its agency (not the system) is addressed; <c>hub.*</c> types need no mention.</summary>
    public IReadOnlyList<MessageType> Receives { get; init; } = [];

    /// <summary>Its keys, several at once.</summary>
    public IReadOnlyList<SystemKey> Keys { get; init; } = [];

    /// <summary>Its channel.</summary>
    public ChannelSettings Channel { get; init; } = new("mailbox");

    /// <summary>Its delivery policy.</summary>
    public DeliveryPolicy Policy { get; init; } = new();
}

/// <summary>A named, versioned contract.</summary>
/// <param name="Type">Message type.</param>
/// <param name="NameVi">Vietnamese name.</param>
/// <param name="NameEn">English name.</param>
/// <param name="MinimumAssurance"><c>sender-signed</c> (default) or <c>hub-attested</c>.</param>
/// <param name="MaxBytes">Greatest envelope for this service, if limited.</param>
public sealed record Service(MessageType Type, string NameVi, string NameEn, string MinimumAssurance = "sender-signed", int? MaxBytes = null)
{
    /// <summary>The agency that answers for the contract and approves its users; null: the hub's operator.</summary>
    public AgencyCode? Provider { get; init; }

    /// <summary>What it does, for people, at most 2,000 characters.</summary>
    public string? Description { get; init; }

    /// <summary>Code of the function of government it serves, e.g. <c>land</c>; successors may take over by function.</summary>
    public string? Function { get; init; }

    /// <summary>Order demanded within a conversation.</summary>
    public ServiceOrder Order { get; init; }

    /// <summary>What a dead delivery does to those behind it in its conversation, when order is demanded.</summary>
    public OnDead OnDead { get; init; }

    /// <summary>Who may read the content.</summary>
    public Confidentiality Confidentiality { get; init; }

    /// <summary>How long the content is kept after acceptance, in days, 1 to 36,500; null: for ever.</summary>
    public int? RetentionDays { get; init; }

    /// <summary>Fields of the payload by which messages can be searched.</summary>
    public IReadOnlyList<SearchField> Searchable { get; init; } = [];

    /// <summary>What the payload must fulfil; null: anything.</summary>
    public ServiceSchema? Schema { get; init; }

    /// <summary>The type of the answer to a request of this type; null: no answer is expected.</summary>
    public MessageType? Reply { get; init; }

    /// <summary>How long a caller of <c>POST /api/v1/requests</c> waits at most (30 s).</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Users are told to move on from this instant (RFC 9745).</summary>
    public DateTimeOffset? Deprecated { get; init; }

    /// <summary>Refused from this instant (RFC 8594).</summary>
    public DateTimeOffset? Sunset { get; init; }

    /// <summary>The type to use instead.</summary>
    public MessageType? ReplacedBy { get; init; }
}

/// <summary>Order that a service demands.</summary>
public enum ServiceOrder
{
    /// <summary>None.</summary>
    None,

    /// <summary>Within a conversation.</summary>
    Conversation,
}

/// <summary>What a dead delivery does to those behind it.</summary>
public enum OnDead
{
    /// <summary>They wait for an operator.</summary>
    Hold,

    /// <summary>They go on.</summary>
    Skip,
}

/// <summary>Who may read the content of a service.</summary>
public enum Confidentiality
{
    /// <summary>Sender, recipients, and the hub, which validates and may convert it.</summary>
    Hub,

    /// <summary>Sender and recipients alone: plain content, conversion and redirect are refused.</summary>
    EndToEnd,
}

/// <summary>A searchable field of a payload.</summary>
/// <param name="Name">Name of the field, e.g. <c>dossier</c>.</param>
/// <param name="Path">Where it stands: a JSON Pointer (RFC 6901), or for XML local names joined by slashes from the root.</param>
public sealed record SearchField(string Name, string Path);

/// <summary>The schema of a service's payload.</summary>
/// <param name="Format"><c>xsd</c> or <c>json-schema</c>.</param>
/// <param name="Dialect">E.g. <c>XSD 1.0</c>, or the URI of the JSON Schema dialect.</param>
/// <param name="Text">The schema document.</param>
public sealed record ServiceSchema(string Format, string Dialect, string Text);

/// <summary>A group of recipients, <c>group:name</c>.</summary>
/// <param name="Name">Name without <c>group:</c>.</param>
/// <param name="Version">Version, growing with every change; stands in the delivery statement.</param>
/// <param name="NameVi">Vietnamese name.</param>
/// <param name="Members">Agencies or systems; never groups.</param>
public sealed record Group(string Name, int Version, string NameVi, IReadOnlyList<RecipientAddress> Members)
{
    /// <summary>Who belongs to it, by rule; then <see cref="Members"/> is empty. Evaluated at the instant of each decision.</summary>
    public GroupRule? Rule { get; init; }
}

/// <summary>Membership by rule: every open agency that fulfils all parts given.</summary>
/// <param name="Level">Code of its level.</param>
/// <param name="Under">It stands under this agency (never the agency itself).</param>
/// <param name="Receives">It has a system that receives this type.</param>
public sealed record GroupRule(string? Level = null, AgencyCode? Under = null, MessageType? Receives = null);

/// <summary>Permission to send services to recipients. Everything not permitted is denied.</summary>
/// <param name="From">Who: <c>agency/system</c>, <c>agency</c> (all its systems), <c>under:agency</c> (it and all below), <c>group:name</c>, or <c>*</c>.</param>
/// <param name="Services">Which types, or <c>*</c> (never including <c>hub.*</c>).</param>
/// <param name="To">To whom: the same forms, judged on the resolved system.</param>
/// <param name="MaxPriority">Greatest priority; 3 and 4 need it stated (default 2).</param>
/// <param name="ValidFrom">From, inclusive.</param>
/// <param name="ValidUntil">Until, exclusive.</param>
public sealed record Right(string From, IReadOnlyList<string> Services, string To, int MaxPriority = 2, DateTimeOffset? ValidFrom = null, DateTimeOffset? ValidUntil = null)
{
    /// <summary>Its name; null: the first 16 hexadecimal digits of the SHA-256 of what it says, after <c>r-</c>.</summary>
    public string? Id { get; init; }

    /// <summary>What the message must fulfil besides.</summary>
    public RightConditions? Conditions { get; init; }

    /// <summary>Why it was given, e.g. the agreement's number.</summary>
    public string? Basis { get; init; }
}

/// <summary>What a right demands of a message besides its addresses.</summary>
/// <param name="MaxBytes">Greatest envelope.</param>
/// <param name="Sealed">The payload must be sealed for its recipient.</param>
/// <param name="Attachments">Whether attachments are allowed.</param>
public sealed record RightConditions(int? MaxBytes = null, bool Sealed = false, bool Attachments = true);

/// <summary>Everything a registry document says.</summary>
public sealed record RegistryContent
{
    /// <summary>The hub's own system address.</summary>
    public required SystemAddress Hub { get; init; }

    /// <summary>Rules for changes of the registry itself.</summary>
    public RegistryPolicy Policy { get; init; } = new();

    /// <summary>Other codes of agencies, with validity.</summary>
    public IReadOnlyList<CodeEntry> Codes { get; init; } = [];

    /// <summary>Reorganisations, past and planned.</summary>
    public IReadOnlyList<Reorganisation> Reorganisations { get; init; } = [];

    /// <summary>Certification authorities that certificates of keys must lead to.</summary>
    public IReadOnlyList<TrustAnchor> Anchors { get; init; } = [];

    /// <summary>Operators and auditors.</summary>
    public IReadOnlyList<Person> People { get; init; } = [];

    /// <summary>Levels.</summary>
    public IReadOnlyList<Level> Levels { get; init; } = [];

    /// <summary>Agencies.</summary>
    public IReadOnlyList<Agency> Agencies { get; init; } = [];

    /// <summary>Systems.</summary>
    public IReadOnlyList<AgencySystem> Systems { get; init; } = [];

    /// <summary>Services.</summary>
    public IReadOnlyList<Service> Services { get; init; } = [];

    /// <summary>Groups.</summary>
    public IReadOnlyList<Group> Groups { get; init; } = [];

    /// <summary>Rights.</summary>
    public IReadOnlyList<Right> Rights { get; init; } = [];
}
