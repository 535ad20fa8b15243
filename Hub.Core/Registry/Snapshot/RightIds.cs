using Hub.Core.Registry.Documents;

namespace Hub.Core.Registry;

/// <summary>The names of rights.</summary>
internal static class RightIds
{
    /// <summary>A right's own id, else the one that follows from what it says.</summary>
    internal static string Of(Right right) => right.Id ?? RightForm.NameOf(right);
}
