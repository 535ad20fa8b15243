using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry.Changes;

/// <summary>One object before and after a change, as the records of the model.</summary>
/// <param name="Section">One of <see cref="RegistrySections"/>.</param>
/// <param name="Id">What names it.</param>
/// <param name="Before">What it said; null when there was none.</param>
/// <param name="After">What it says; null when it is removed.</param>
internal sealed record ObjectDifference(string Section, string Id, object? Before, object? After)
{
    /// <summary>Its normal form before; without JSON when there was none.</summary>
    internal RegistryObject Old => field ??= Form(Before);

    /// <summary>Its normal form from then on; without JSON when it is removed.</summary>
    internal RegistryObject New => field ??= Form(After);

    /// <summary>Whether it says the same as before.</summary>
    internal bool IsNothing => Old.Json == New.Json;

    internal SnapshotChange ToChange() => new(Section, Id, After);

    private RegistryObject Form(object? record) => record is null ? new RegistryObject(Section, Id, null) : ObjectForms.ToObject(record);
}
