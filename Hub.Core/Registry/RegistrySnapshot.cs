using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;

namespace Hub.Core.Registry;

/// <summary>The registry at one version, indexed for decisions in memory. Immutable; answers are pure and depend on nothing but
/// this version and the instant asked about. Thread-safe.</summary>
public sealed partial class RegistrySnapshot
{
    private readonly RegistryIndex _index;
    private readonly Lazy<SnapshotTimes> _times;
    private readonly Lazy<GroupMembership> _memberships;
    private readonly ExpansionCache _expansions;
    private readonly CoveringCache _coverings;
    private RegistryContent? _content;

    /// <summary>Indexes a content that was validated before.</summary>
    public RegistrySnapshot(long version, RegistryContent content)
        : this(version, RegistryIndexEditor.Build(content), before: null) => _content = content;

    private RegistrySnapshot(long version, RegistryIndex index, RegistrySnapshot? before)
    {
        Version = version;
        _index = index;
        var old = before?._index;
        var sameAgencies = old is not null && old.Agencies == index.Agencies && old.Dates == index.Dates;
        var sameMembers = old is not null && old.Groups == index.Groups && old.Rights.Groups == index.Rights.Groups;
        var sameRecipients = sameAgencies && old!.Groups == index.Groups && old.Services == index.Services;
        _times = old?.Dates == index.Dates ? before!._times : new Lazy<SnapshotTimes>(() => new SnapshotTimes(index));
        _memberships = sameMembers ? before!._memberships : new Lazy<GroupMembership>(() => new GroupMembership(index.Rights.Groups, index.Groups));
        _expansions = sameRecipients ? before!._expansions : new ExpansionCache();
        _coverings = sameAgencies && sameMembers && old!.Rights.SpeaksAlike(index.Rights) ? before!._coverings : new CoveringCache();
    }

    /// <summary>Version, growing with every change.</summary>
    public long Version { get; }

    /// <summary>The hub's own system address.</summary>
    public SystemAddress Hub => _index.Hub;

    /// <summary>Rules for changes of the registry itself.</summary>
    public RegistryPolicy Policy => _index.Policy;

    /// <summary>What it says, as lists: those it was made of, or in canonical order. Putting them together takes time that grows with
    /// the registry: it is for import and export, not for decisions.</summary>
    public RegistryContent Content => _content ??= _index.ToContent();

    /// <summary>All agencies, in no stated order.</summary>
    public IEnumerable<Agency> Agencies => _index.Agencies.Values.Where(n => n.Record is not null).Select(n => n.Record!);

    /// <summary>All systems, in no stated order.</summary>
    public IEnumerable<AgencySystem> Systems => _index.Systems.Values;

    /// <summary>All services but the built-in ones, in no stated order.</summary>
    public IEnumerable<Service> Services => _index.Services.Values.Where(s => !IsProtocol(s.Type));

    /// <summary>All groups, in no stated order.</summary>
    public IEnumerable<Group> Groups => _index.Groups.Values;

    /// <summary>All operators and auditors, in no stated order.</summary>
    public IEnumerable<Person> People => _index.People.Values;

    /// <summary>All trust anchors, in no stated order.</summary>
    public IEnumerable<TrustAnchor> Anchors => _index.Anchors.Values;

    /// <summary>All rights, in no stated order.</summary>
    public IEnumerable<Right> AllRights => _index.Rights.All;

    /// <summary>All reorganisations, past and planned, by date and then id.</summary>
    public IReadOnlyList<Reorganisation> Reorganisations => _times.Value.Reorganisations;

    /// <summary>All levels, in no stated order.</summary>
    internal IEnumerable<Level> Levels => _index.Levels.Values;

    /// <summary>All entries of the table of codes, in no stated order.</summary>
    internal IEnumerable<CodeEntry> Codes => _index.Codes.Values;

    internal RightsTable Rights => _index.Rights;

    internal GroupMembership Memberships => _memberships.Value;

    internal SnapshotTimes Times => _times.Value;

    internal ExpansionCache Expansions => _expansions;

    internal CoveringCache Coverings => _coverings;

    /// <summary>Whether a type belongs to the hub's own protocol (<c>hub.*</c>), which rights never cover.</summary>
    public static bool IsProtocol(MessageType type) => type.Value?.StartsWith("hub.", StringComparison.Ordinal) == true;

    /// <summary>An agency by its code in force or by any other code it ever had; or null. No code ever belongs to two.</summary>
    public Agency? FindAgency(AgencyCode code) =>
        Node(code)?.Record ?? (Owners(territory: false, code.Value) is [var owner, ..] ? Node(owner.Agency)?.Record : null);

    /// <summary>A system by address, exactly as registered; or null.</summary>
    public AgencySystem? FindSystem(SystemAddress address) => _index.Systems.Find(address);

    /// <summary>The systems of an agency by its code in force, by name.</summary>
    public IReadOnlyList<AgencySystem> SystemsOf(AgencyCode agency) => Node(agency)?.Systems ?? [];

    /// <summary>A service by type, or null; <c>hub.ack.v1</c>, <c>hub.delivery-failed.v1</c> and <c>hub.notice.v1</c> are built in.</summary>
    public Service? FindService(MessageType type) => _index.Services.Find(type);

    /// <summary>A group by its name without <c>group:</c>, or null.</summary>
    public Group? FindGroup(string name) => _index.Groups.Find(name);

    /// <summary>An operator or auditor by name, or null.</summary>
    public Person? FindPerson(string name) => _index.People.Find(name);

    /// <summary>A right by id, or null.</summary>
    public Right? FindRight(string id) => _index.Rights.Find(id);

    /// <summary>Expands recipients to systems, each once, in the order named. What was written to a closed agency goes to its
    /// successor, unless that is refused. Messages of the hub's own protocol reach a system that they name even when its agency
    /// is closed.</summary>
    /// <param name="to">Recipients as the sender wrote them.</param>
    /// <param name="type">The message's type, which chooses the system of an agency.</param>
    /// <param name="at">The instant at which they must be open.</param>
    /// <exception cref="ProblemException">One problem listing every bad recipient: <c>unknown-recipient</c>,
    /// <c>no-system-for-type</c>, <c>ambiguous-recipient</c>, <c>recipient-closed</c>; or <c>too-large</c> when the groups
    /// named have more than <see cref="RecipientResolver.MaxMembers"/> members together.</exception>
    public IReadOnlyList<ResolvedRecipient> Resolve(IReadOnlyList<Recipient> to, MessageType type, DateTimeOffset at) =>
        new RecipientResolver(this, type, at).Resolve(to);

    /// <summary>Whether a right in force allows this; denied by default. <c>hub.*</c> types are never allowed by a right, and a
    /// system of a closed agency is never allowed to send.</summary>
    /// <param name="from">The sending system.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="to">The receiving system, resolved.</param>
    /// <param name="facts">What else is known of the message.</param>
    /// <param name="at">The instant of the decision.</param>
    /// <param name="redirection">How the recipient came to be a successor, as <see cref="Resolve"/> said: the rights are then
    /// judged on what was addressed, as if it were open.</param>
    public bool Allows(SystemAddress from, MessageType type, SystemAddress to, MessageFacts facts, DateTimeOffset at, Redirection? redirection = null) =>
        new RightsDecision(this, type, facts, at, explain: false).Decide(from, to, redirection) is not null;

    /// <inheritdoc cref="Allows(SystemAddress, MessageType, SystemAddress, MessageFacts, DateTimeOffset, Redirection?)"/>
    /// <param name="from">The sending system.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="to">The receiving system, resolved.</param>
    /// <param name="priority">The message's priority, 0 to 4.</param>
    /// <param name="at">The instant of the decision.</param>
    public bool Allows(SystemAddress from, MessageType type, SystemAddress to, int priority, DateTimeOffset at) =>
        Allows(from, type, to, new MessageFacts(priority), at);

    /// <summary>Explains a decision about two systems: the same judgement as
    /// <see cref="Allows(SystemAddress, MessageType, SystemAddress, MessageFacts, DateTimeOffset, Redirection?)"/>, with its reasons in
    /// at most 50 lines, the verdict first.</summary>
    public RightDecision Explain(SystemAddress from, MessageType type, SystemAddress to, MessageFacts facts, DateTimeOffset at, Redirection? redirection = null)
    {
        var decision = new RightsDecision(this, type, facts, at, explain: true);
        var right = decision.Decide(from, to, redirection);
        return new RightDecision(right is not null, right is null ? null : RightIds.Of(right), decision.Lines);
    }

    /// <summary>The snapshot after some changes, which shares with this one all they do not touch. Changes count in the order of
    /// their sections, and within a section in the order given.</summary>
    /// <param name="version">Its version.</param>
    /// <param name="changes">Objects as they are from then on; checked before.</param>
    internal RegistrySnapshot With(long version, IReadOnlyList<SnapshotChange> changes)
    {
        var editor = new RegistryIndexEditor(_index);
        foreach (var section in changes.ToLookup(c => c.Section).OrderBy(s => RegistrySections.PlaceOf(s.Key)))
            foreach (var change in section) editor.Apply(change);
        return new RegistrySnapshot(version, editor.ToIndex(), this);
    }

    /// <summary>A snapshot of the objects of a whole registry, as read from the store.</summary>
    internal static RegistrySnapshot Of(long version, SystemAddress hub, IReadOnlyList<SnapshotChange> objects) =>
        new RegistrySnapshot(0, RegistryIndex.Of(hub), before: null).With(version, objects);

    internal Level? FindLevel(string code) => _index.Levels.Find(code);

    /// <summary>An entry of the table of codes by its scheme and code, or null.</summary>
    internal CodeEntry? FindCode(string id) => _index.Codes.Find(id);

    internal Reorganisation? FindReorganisation(string id) => _index.Reorganisations.Find(id);

    internal TrustAnchor? FindAnchor(string name) => _index.Anchors.Find(name);

    /// <summary>Who holds what only one may hold, see <see cref="Rules.Claims"/>.</summary>
    internal IReadOnlyList<Rules.Holding> Holdings(string claim) => _index.Claims.Find(claim) ?? [];

    internal AgencyNode? Node(AgencyCode code) => _index.Agencies.Find(code);

    /// <summary>The codes of all agencies, sorted.</summary>
    internal IReadOnlyList<AgencyCode> AgencyCodes => _index.AgencyCodes;

    private IReadOnlyList<CodeOwner> Owners(bool territory, string code) => _index.Owners.Find(new CodeName(territory, code)) ?? [];
}
