using System.Globalization;

namespace Hub.Core.Services.Json;

/// <summary>A place in a JSON value, written as a JSON Pointer only when somebody asks.</summary>
internal sealed class Place
{
    private const int MaxShown = 200;
    private readonly Place? _above;
    private readonly string? _name;
    private readonly int _index;

    internal Place(Place? above, string name) => (_above, _name) = (above, name);

    internal Place(Place above, int index) => (_above, _index) = (above, index);

    /// <inheritdoc/>
    public override string ToString()
    {
        var steps = new Stack<string>();
        for (var at = this; at._above is not null; at = at._above)
            steps.Push('/' + (at._name ?? at._index.ToString(CultureInfo.InvariantCulture)).Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));
        return Hub.Contracts.Messages.PlainText.Fit(string.Concat(steps), MaxShown);
    }
}
