using System.Collections.Concurrent;
using Hub.Contracts.Addresses;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>A text that many rows share, parsed once.</summary>
internal sealed class Name
{
    private readonly SystemAddress? _system;
    private readonly MessageType? _type;

    internal Name(string text)
    {
        Text = text;
        if (SystemAddress.TryParse(text, out var system)) _system = system;
        else if (MessageType.TryParse(text, out var type)) _type = type;
    }

    internal string Text { get; }

    internal SystemAddress System => _system ?? SystemAddress.Parse(Text);

    internal MessageType Type => _type ?? MessageType.Parse(Text);
}

/// <summary>The committed rows of table <c>name</c>, in memory. Thread-safe. A connection that meets a number or text not in
/// here asks the database: the writer publishes new names only after their commit, so a rolled-back one is never seen.</summary>
internal sealed class NameTable
{
    private readonly ConcurrentDictionary<long, Name> _byNumber = new();
    private readonly ConcurrentDictionary<string, long> _byText = new(StringComparer.Ordinal);

    internal Name? Find(long number) => _byNumber.GetValueOrDefault(number);

    internal long? Find(string text) => _byText.TryGetValue(text, out var number) ? number : null;

    internal void Publish(long number, string text)
    {
        _byNumber[number] = new Name(text);
        _byText[text] = number;
    }
}
