using Hub.Core.Nodes;

namespace Hub.Core.Delivery;

/// <summary>The dispatcher that takes what is handed over directly.</summary>
/// <param name="node">Whose it is.</param>
/// <param name="budget">Its memory.</param>
/// <param name="wake">Wakes it.</param>
internal sealed class DirectTaker(ThisNode node, OctetBudget budget, Action wake)
{
    internal ThisNode Node => node;

    internal OctetBudget Budget => budget;

    internal void Wake() => wake();
}
