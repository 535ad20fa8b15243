namespace Hub.Core.Registry.Documents;

/// <summary>The words of a document for the values of an enum.</summary>
internal sealed class Words<T>(params (string Word, T Value)[] words)
    where T : struct, Enum
{
    /// <summary>The rule for people: which words there are.</summary>
    internal string Rule { get; } = "one of " + string.Join(", ", words.Select(w => w.Word)) + ".";

    internal bool TryParse(string text, out T value)
    {
        foreach (var (word, meaning) in words)
        {
            value = meaning;
            if (word == text) return true;
        }

        value = default;
        return false;
    }

    internal string Write(T value)
    {
        foreach (var (word, meaning) in words)
            if (EqualityComparer<T>.Default.Equals(meaning, value)) return word;
        throw new ArgumentOutOfRangeException(nameof(value), value, "There is no word for it.");
    }

    /// <summary>The word, or null for the usual value.</summary>
    internal string? Unless(T value, T usual) => EqualityComparer<T>.Default.Equals(value, usual) ? null : Write(value);
}

/// <summary>All words of a registry document.</summary>
internal static class Words
{
    internal static readonly Words<ActKind> Acts = new(
        ("rename", ActKind.Rename), ("move", ActKind.Move), ("merge", ActKind.Merge), ("split", ActKind.Split), ("dissolve", ActKind.Dissolve), ("reopen", ActKind.Reopen));

    internal static readonly Words<ClosedPolicy> ClosedPolicies = new(("redirect", ClosedPolicy.Redirect), ("refuse", ClosedPolicy.Refuse));
    internal static readonly Words<KeyUse> KeyUses = new(("signature", KeyUse.Signature), ("encryption", KeyUse.Encryption));
    internal static readonly Words<ServiceOrder> Orders = new(("none", ServiceOrder.None), ("conversation", ServiceOrder.Conversation));
    internal static readonly Words<OnDead> OnDeads = new(("hold", OnDead.Hold), ("skip", OnDead.Skip));
    internal static readonly Words<Confidentiality> Confidentialities = new(("hub", Confidentiality.Hub), ("end-to-end", Confidentiality.EndToEnd));
}
