namespace Hub.Core.Registry.Documents;

/// <summary>Where something stands in a document.</summary>
/// <param name="Line">Line, from 1; 0 when it stands in no text.</param>
/// <param name="Path">Path of members, e.g. <c>systems[2].channel</c>.</param>
internal readonly record struct Place(long Line, string Path);

/// <summary>Where each object was read, found by reference.</summary>
/// <param name="kept">Whether places are remembered at all.</param>
internal sealed class Places(bool kept = true)
{
    private readonly Dictionary<object, Place> _places = new(ReferenceEqualityComparer.Instance);

    internal T Mark<T>(T item, Place place)
        where T : class
    {
        if (kept) _places[item] = place;
        return item;
    }

    internal Place? Find(object item) => _places.TryGetValue(item, out var place) ? place : null;
}
