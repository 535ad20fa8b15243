namespace Hub.Core.Services;

/// <summary>The schema languages of services, and how much of one a service may bring.</summary>
public static class ServiceDialects
{
    /// <summary>Format of an XML Schema.</summary>
    public const string Xsd = "xsd";

    /// <summary>Format of a JSON Schema.</summary>
    public const string JsonSchema = "json-schema";

    /// <summary>The XML dialect: W3C XML Schema 1.0, one document, without include, import and redefine.</summary>
    public const string Xsd10 = "XSD 1.0";

    /// <summary>The JSON dialect: of draft 2020-12 the keywords in <see cref="Json.SchemaKeywords"/>, each of them asserted; anything else is refused.</summary>
    public const string Json202012 = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>Greatest schema in bytes of UTF-8 (1 MiB).</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Most violations that a refusal lists (20).</summary>
    public const int MaxFaults = 20;
}
