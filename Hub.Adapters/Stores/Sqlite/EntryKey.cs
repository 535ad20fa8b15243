using Hub.Contracts.Envelopes;

namespace Hub.Adapters.Stores.Sqlite;

/// <summary>The message that an entry's header names.</summary>
internal static class EntryKey
{
    private static ReadOnlySpan<byte> Member => "\"key\":\""u8;

    /// <summary>Finds it without parsing the header, which is canonical JSON the hub itself wrote: within a string value the
    /// quotation mark after <c>key</c> would be escaped, so these bytes are the member.</summary>
    internal static bool TryFind(ReadOnlySpan<byte> header, out MessageKey key)
    {
        key = default;
        var start = header.IndexOf(Member);
        if (start < 0 || header.Length < start + Member.Length + 64) return false;
        return MessageKey.TryParse(System.Text.Encoding.ASCII.GetString(header.Slice(start + Member.Length, 64)), out key);
    }
}
