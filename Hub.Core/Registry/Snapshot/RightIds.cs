namespace Hub.Core.Registry;

/// <summary>The names of rights.</summary>
internal static class RightIds
{
    /// <summary>A right's own id, else one that follows from what it says.</summary>
    internal static string Of(Right right) => Documents.ObjectForms.Rights.Id(right);
}
