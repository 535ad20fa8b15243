namespace Hub.Core.Storage;

/// <summary>The one writer of a node.</summary>
public sealed class GroupCommitter
{
}
