namespace Hub.Host.AgencyClient;

/// <summary>Media types by file extension, for files that people attach.</summary>
internal static class MediaTypes
{
    private static readonly Dictionary<string, string> ByExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".xml"] = "application/xml",
        [".json"] = "application/json",
        [".pdf"] = "application/pdf",
        [".txt"] = "text/plain",
        [".csv"] = "text/csv",
        [".doc"] = "application/msword",
        [".docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        [".xls"] = "application/vnd.ms-excel",
        [".xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        [".odt"] = "application/vnd.oasis.opendocument.text",
        [".ods"] = "application/vnd.oasis.opendocument.spreadsheet",
        [".png"] = "image/png",
        [".jpg"] = "image/jpeg",
        [".jpeg"] = "image/jpeg",
        [".tif"] = "image/tiff",
        [".zip"] = "application/zip",
    };

    public static string Of(string fileName) =>
        ByExtension.GetValueOrDefault(Path.GetExtension(fileName), "application/octet-stream");

    /// <summary>A file extension for a media type; <c>.bin</c> where none is known.</summary>
    public static string ExtensionOf(string? mediaType) => mediaType switch
    {
        null => ".bin",
        _ when mediaType.EndsWith("+xml", StringComparison.Ordinal) => ".xml",
        _ when mediaType.EndsWith("+json", StringComparison.Ordinal) => ".json",
        _ => ByExtension.FirstOrDefault(known => known.Value == mediaType).Key ?? ".bin",
    };
}
