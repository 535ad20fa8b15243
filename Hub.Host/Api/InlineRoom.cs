using Hub.Contracts.Problems;

namespace Hub.Host.Api;

/// <summary>The room for contents within one answer with claims. What does not fit, in this answer or in the budget, is left
/// to <c>contentUrl</c>: claims are made already, so their answer must not fail.</summary>
internal sealed class InlineRoom(BodyBudget budget, string caller, long bytes) : IDisposable
{
    private long _taken;
    private BodyBudget.LargeBody? _large;

    /// <summary>Takes room for one content; false when there is none.</summary>
    internal bool TryTake(long size)
    {
        if (_taken + size > bytes) return false;
        if (_taken + size > BodyBudget.SmallBody && !TryHold(_taken + size)) return false;
        _taken += size;
        return true;
    }

    public void Dispose() => _large?.Dispose();

    private bool TryHold(long size)
    {
        try
        {
            _large ??= budget.Begin(caller, size);
            _large.Hold(size);
            return true;
        }
        catch (ProblemException)
        {
            return false;
        }
    }
}
