namespace Hub.Core.Registry.Documents;

/// <summary>Where something stands in a document.</summary>
/// <param name="Line">Line, from 1.</param>
/// <param name="Path">Path of members, e.g. <c>systems[2].channel</c>.</param>
internal readonly record struct Place(long Line, string Path);

/// <summary>Where each object of a content was read, found by reference.</summary>
internal sealed class Places
{
    private readonly Dictionary<object, Place> _places = new(ReferenceEqualityComparer.Instance);

    internal T Mark<T>(T item, Place place)
        where T : class
    {
        _places[item] = place;
        return item;
    }

    internal Place Of(object item) => _places.TryGetValue(item, out var place) ? place : new Place(1, "document");
}
