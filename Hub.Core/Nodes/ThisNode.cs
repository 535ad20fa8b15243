namespace Hub.Core.Nodes;

/// <summary>Who this node is among the nodes of its hub. Thread-safe.</summary>
public sealed class ThisNode
{
    /// <summary>The number of a node that has its store for itself.</summary>
    public const int Alone = 1;

    private volatile int _number = Alone;

    /// <summary>Its number, which the dispatcher's claims carry.</summary>
    public int Number => _number;

    /// <summary>The store gave it a number.</summary>
    internal void Became(int number) => _number = number;
}
