using System.Reflection;
using Hub.Core.Storage;

namespace Hub.Tests.Nodes;

/// <summary>A store as one node among others sees it: nothing is committed once the node's lease, or a duty that was asked for, is over.</summary>
internal class FencedStore : DispatchProxy
{
    private object _inner = null!;
    private InMemoryNodes.Process _node = null!;
    private long _incarnation;
    private List<(string Duty, long Term)> _required = [];

    internal static T Wrap<T>(T inner, InMemoryNodes.Process node) where T : class
    {
        var proxy = Create<T, FencedStore>();
        ((FencedStore)(object)proxy)._inner = inner;
        ((FencedStore)(object)proxy)._node = node;
        ((FencedStore)(object)proxy)._incarnation = node.Incarnation;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        switch (targetMethod!.Name)
        {
            case nameof(IHubStore.BeginAsync):
                return BeginAsync((IHubStore)_inner);
            case "get_" + nameof(IHubStore.IsShared):
                return true;
            case nameof(IStoreTransaction.RequireDutyAsync):
                _required.Add(((string)args![0]!, (long)args[1]!));
                return default(ValueTask);
            case nameof(IStoreTransaction.CommitAsync):
                _node.Fence(_incarnation);
                foreach (var (duty, term) in _required) _node.Require(duty, term);
                break;
            case nameof(IStoreTransaction.DisposeAsync):
                _required = [];
                break;
        }

        return targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
    }

    private async ValueTask<IStoreTransaction> BeginAsync(IHubStore inner) => Wrap(await inner.BeginAsync(), _node);
}
