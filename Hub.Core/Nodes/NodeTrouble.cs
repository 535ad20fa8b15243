namespace Hub.Core.Nodes;

/// <summary>Why a node may take up no new work.</summary>
/// <param name="Cause"><c>lease</c>, <c>clock</c> or <c>registry</c>.</param>
/// <param name="Detail">What is wrong, with values, and what ends it.</param>
public sealed record NodeTrouble(string Cause, string Detail);
