using System.CommandLine;
using Hub.Contracts.Messages;

namespace Hub.Host.CommandLine;

/// <summary>Options that every command has; they stand on the root and are recursive.</summary>
internal static class SharedOptions
{
    internal static readonly Option<string> Data = new("--data")
    {
        Description = "Data folder of the hub (thư mục dữ liệu).",
        DefaultValueFactory = static _ => "./hub-data",
        HelpName = "DIR",
        Recursive = true,
    };

    internal static readonly Option<bool> Json = new("--json")
    {
        Description = "Write JSON to stdout, for programs (xuất JSON).",
        Recursive = true,
    };

    private const int KeyLength = 64;

    /// <summary>The key of one message.</summary>
    internal static Argument<string> MessageKey()
    {
        var key = new Argument<string>("KEY") { Description = "Message key, 64 hexadecimal digits (khóa thông điệp)." };
        key.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string?>() is { } text && !(text.Length == KeyLength && text.All(char.IsAsciiHexDigitLower)))
                result.AddError($"'{PlainText.Shorten(text, KeyLength)}' is no message key: a key is 64 lower-case hexadecimal digits (khóa gồm 64 chữ số thập lục phân viết thường).");
        });
        return key;
    }
}
