namespace Hub.Core.Registry.Rehearsal;

/// <summary>What the reorganisations planned until a date will do, if the registry stays as it is.</summary>
/// <param name="At">The instant it was asked from.</param>
/// <param name="Date">The date asked about.</param>
/// <param name="Version">Version of the registry.</param>
/// <param name="Reorganisations">Those that take effect in between.</param>
/// <param name="Agencies">Agencies that are not then what they are now.</param>
/// <param name="Groups">Groups that have other members then.</param>
/// <param name="Traffic">Messages that nobody has finished with, at systems of agencies that close or give something away.</param>
/// <param name="Rights">Pairs with open traffic that may talk now and not then, or the other way round; at most 1,000.</param>
/// <param name="Problems">Types for which messages will lead nowhere; at most 1,000.</param>
/// <param name="Complete">Whether all open traffic was counted; false when there was more than a rehearsal looks at.</param>
public sealed record RehearsalReport(
    DateTimeOffset At, DateTimeOffset Date, long Version, IReadOnlyList<RehearsedReorganisation> Reorganisations, IReadOnlyList<RehearsedAgency> Agencies,
    IReadOnlyList<RehearsedGroup> Groups, IReadOnlyList<RehearsedTraffic> Traffic, IReadOnlyList<RehearsedRight> Rights,
    IReadOnlyList<RehearsedProblem> Problems, bool Complete);

/// <summary>A reorganisation that takes effect.</summary>
/// <param name="Id">Its id.</param>
/// <param name="On">When.</param>
/// <param name="Basis">What orders it.</param>
/// <param name="Acts">How many acts it has.</param>
public sealed record RehearsedReorganisation(string Id, DateTimeOffset On, string Basis, int Acts);

/// <summary>An agency that changes.</summary>
/// <param name="Code">Its code.</param>
/// <param name="Name">Its name then.</param>
/// <param name="What">Any of <c>opens</c>, <c>closes</c>, <c>renamed</c>, <c>moved</c>, <c>level</c>, <c>gives-away</c>.</param>
/// <param name="Reorganisation">The last reorganisation that closed it or gave something of it away; null when none did.</param>
/// <param name="Successors">Its successors, each with its scope in brackets.</param>
/// <param name="Systems">Its systems.</param>
public sealed record RehearsedAgency(
    string Code, string Name, IReadOnlyList<string> What, string? Reorganisation, IReadOnlyList<string> Successors, IReadOnlyList<string> Systems);

/// <summary>A group with other members.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Before">How many open members it has now.</param>
/// <param name="After">How many it has then.</param>
/// <param name="Added">Members it gains, at most 100.</param>
/// <param name="Removed">Members it loses, at most 100; a closed member of a group by list counts as lost, though its successor may get what is sent to it.</param>
public sealed record RehearsedGroup(string Name, int Before, int After, IReadOnlyList<string> Added, IReadOnlyList<string> Removed);

/// <summary>Open traffic of one system and type.</summary>
/// <param name="System">The system.</param>
/// <param name="Type">The type.</param>
/// <param name="Queued">Deliveries that nobody has taken.</param>
/// <param name="Claimed">Deliveries in somebody's hands: whoever holds them finishes.</param>
/// <param name="Conversations">Conversations that these belong to.</param>
/// <param name="Outcome"><c>redirected</c>, <c>refused</c> or <c>stays</c>: what becomes of the queued ones, and of new messages and replies.</param>
/// <param name="To">The successor's system, when redirected.</param>
/// <param name="Detail">Why, when refused.</param>
public sealed record RehearsedTraffic(
    string System, string Type, int Queued, int Claimed, int Conversations, string Outcome, string? To, string? Detail);

/// <summary>A pair whose permission changes.</summary>
/// <param name="From">The sender.</param>
/// <param name="Type">The type.</param>
/// <param name="To">The system that was addressed.</param>
/// <param name="Change"><c>stops</c> or <c>begins</c>.</param>
/// <param name="Right">The right that covers it on the side where it is allowed.</param>
/// <param name="Why">The first line of the explanation of the denial.</param>
public sealed record RehearsedRight(string From, string Type, string To, string Change, string Right, string Why);

/// <summary>A type that an agency takes now and for which messages to it will lead nowhere.</summary>
/// <param name="Agency">The agency.</param>
/// <param name="Type">The type.</param>
/// <param name="Code">The problem's code, e.g. <c>no-system-for-type</c>.</param>
/// <param name="Detail">What is wrong.</param>
public sealed record RehearsedProblem(string Agency, string Type, string Code, string Detail);
