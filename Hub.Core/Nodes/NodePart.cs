using Hub.Core.Storage;

namespace Hub.Core.Nodes;

/// <summary>The part a node takes in its hub.</summary>
/// <param name="Card">What it says of itself.</param>
/// <param name="Duties">Duties that it takes when nobody holds them; none for a node that serves one command.</param>
public sealed record NodePart(NodeCard Card, IReadOnlyList<string> Duties);
