using System.Text;

namespace Hub.Core.Registry.Bulk;

/// <summary>The columns of a bulk file.</summary>
internal enum BulkColumn
{
    Agency,
    System,
    Name,
    Channel,
    Url,
    Receives,
    KeyId,
    KeyUse,
    Key,
    KeyFile,
    Proof,
    Services,
}

/// <summary>The names of the columns: in English as members of YAML and as headers, in Vietnamese as headers; upper and lower case,
/// marks, spaces and punctuation do not matter.</summary>
internal static class BulkColumns
{
    private static readonly (BulkColumn Column, string English, string Vietnamese, string[] More)[] All =
    [
        (BulkColumn.Agency, "agency", "Mã cơ quan", ["Cơ quan"]),
        (BulkColumn.System, "system", "Mã hệ thống", ["Hệ thống"]),
        (BulkColumn.Name, "name", "Tên hệ thống", ["Tên"]),
        (BulkColumn.Channel, "channel", "Kênh", []),
        (BulkColumn.Url, "url", "Địa chỉ nhận", ["Địa chỉ", "Đường dẫn"]),
        (BulkColumn.Receives, "receives", "Loại nhận", ["Nhận"]),
        (BulkColumn.KeyId, "keyId", "Mã khóa", []),
        (BulkColumn.KeyUse, "keyUse", "Dùng khóa để", ["Mục đích khóa"]),
        (BulkColumn.Key, "key", "Khóa công khai", ["Khóa", "pem", "Chứng thư"]),
        (BulkColumn.KeyFile, "keyFile", "Tệp khóa", []),
        (BulkColumn.Proof, "proof", "Chứng minh khóa", ["Bằng chứng"]),
        (BulkColumn.Services, "services", "Dịch vụ xin dùng", ["services wanted", "Dịch vụ"]),
    ];

    private static readonly Dictionary<string, BulkColumn> ByName = All
        .SelectMany(c => c.More.Append(c.English).Append(c.Vietnamese), (c, name) => (Plain(name), c.Column)).ToDictionary();

    /// <summary>The column that a header names; null when none is.</summary>
    internal static BulkColumn? Find(string header) => ByName.TryGetValue(Plain(header), out var column) ? column : null;

    /// <summary>The headers in order.</summary>
    internal static IEnumerable<string> Headers(bool vietnamese) => All.Select(c => vietnamese ? c.Vietnamese : c.English);

    /// <summary>The name in messages and in YAML.</summary>
    internal static string NameOf(BulkColumn column) => All[(int)column].English;

    private static string Plain(string header)
    {
        var plain = new StringBuilder();
        foreach (var c in PlainLetters.Fold(header))
            if (char.IsLetterOrDigit(c)) plain.Append(c);
        return plain.ToString();
    }
}
