using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hub.Core.Services.Json;

/// <summary>A <c>format</c> that is asserted, not merely annotated.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Fits">Whether a text has it.</param>
internal sealed record StringFormat(string Name, Func<string, bool> Fits)
{
    private const int MaxUri = 4_000;

    private static readonly SearchValues<char> OfIpv6 = SearchValues.Create("0123456789abcdefABCDEF:.");

    private static readonly SearchValues<char> NeedQuotes = SearchValues.Create(" \"@(),:;<>[]\\");

    private static readonly FrozenDictionary<string, StringFormat> Known = new StringFormat[]
    {
        new("date", static text => IsDate(text)),
        new("time", static text => IsTime(text)),
        new("date-time", static text => text.Length > 11 && text[10] is 'T' or 't' && IsDate(text.AsSpan(0, 10)) && IsTime(text.AsSpan(11))),
        new("uuid", static text => text.Length == 36 && Guid.TryParseExact(text, "D", out _)),
        new("email", IsEmail),
        new("uri", static text => text.Length <= MaxUri && IsUriText(text) && HasFineBrackets(text) && Uri.TryCreate(text, UriKind.Absolute, out _)),
        new("ipv4", static text => IsIpv4(text)),
        new("ipv6", static text => text.AsSpan().IndexOfAnyExcept(OfIpv6) < 0 && (!text.Contains('.', StringComparison.Ordinal) || IsIpv4(text[(text.LastIndexOf(':') + 1)..])) && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6),
    }.ToFrozenDictionary(format => format.Name);

    /// <summary>The names, for people.</summary>
    internal static string Names => string.Join(", ", Known.Keys.Order());

    internal static StringFormat? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>RFC 3339 full-date.</summary>
    private static bool IsDate(ReadOnlySpan<char> text) =>
        IsShape(text, "dddd-dd-dd") && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>RFC 3339 full-time; a leap second only at 23:59:60 UTC.</summary>
    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < 9 || !IsShape(text[..8], "dd:dd:dd")) return false;
        var (hour, minute, second) = (Two(text), Two(text[3..]), Two(text[6..]));
        text = text[8..];
        if (text[0] == '.')
        {
            var digits = text[1..].IndexOfAnyExceptInRange('0', '9');
            if (digits < 1) return false;
            text = text[(digits + 1)..];
        }

        var offset = 0;
        if (text is not ("Z" or "z"))
        {
            if (!(IsShape(text, "+dd:dd") || IsShape(text, "-dd:dd")) || Two(text[1..]) > 23 || Two(text[4..]) > 59) return false;
            offset = ((Two(text[1..]) * 60) + Two(text[4..])) * (text[0] == '-' ? -1 : 1);
        }

        if (hour > 23 || minute > 59) return false;
        return second <= 59 || (second == 60 && ((hour * 60) + minute - offset + 2_880) % 1_440 == 1_439);
    }

    /// <summary>One @ between a local part of at most 64 printable characters and a dotted host name or a bracketed address.</summary>
    private static bool IsEmail(string text)
    {
        var at = text.LastIndexOf('@');
        if (at is < 1 or > 64 || text.Length > 254) return false;
        var (local, host) = (text[..at], text[(at + 1)..]);
        var quoted = local.Length > 2 && local[0] == '"' && local[^1] == '"';
        if (!quoted && (local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal) || local.AsSpan().ContainsAny(NeedQuotes))) return false;
        if (local.Any(char.IsControl) || local.Any(char.IsWhiteSpace) && !quoted) return false;
        if (host is ['[', .. var address, ']']) return IPAddress.TryParse(address.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase) ? address[5..] : address, out _);
        return Uri.CheckHostName(host) == UriHostNameType.Dns && !host.EndsWith('.') && host.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');
    }

    /// <summary>Only characters that a URI may hold (RFC 3986), with whole percent escapes.</summary>
    private static bool IsUriText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2]))) return false;
            if (!char.IsAsciiLetterOrDigit(text[i]) && !"-._~:/?#[]@!$&'()*+,;=%".Contains(text[i], StringComparison.Ordinal)) return false;
        }

        return text.Length > 0 && char.IsAsciiLetter(text[0]) && text.Count(static c => c == '#') <= 1;
    }

    /// <summary>Brackets only around an address that stands where the host does.</summary>
    private static bool HasFineBrackets(string text)
    {
        var (open, close) = (text.IndexOf('[', StringComparison.Ordinal), text.IndexOf(']', StringComparison.Ordinal));
        if (open < 0 && close < 0) return true;
        return open > 0 && text[open - 1] is '/' or '@' && close > open && text.LastIndexOf('[') == open && text.LastIndexOf(']') == close
            && text.AsSpan(open + 1, close - open - 1).IndexOfAnyExcept(OfIpv6) < 0;
    }

    private static bool IsIpv4(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 4 && parts.All(static part => part.Length is 1 or 2 or 3 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0') && int.Parse(part, CultureInfo.InvariantCulture) <= 255);
    }

    private static bool IsShape(ReadOnlySpan<char> text, string shape)
    {
        if (text.Length != shape.Length) return false;
        for (var i = 0; i < shape.Length; i++)
            if (shape[i] == 'd' ? !char.IsAsciiDigit(text[i]) : text[i] != shape[i]) return false;
        return true;
    }

    private static int Two(ReadOnlySpan<char> text) => ((text[0] - '0') * 10) + text[1] - '0';
}
