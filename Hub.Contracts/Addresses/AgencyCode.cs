using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Hub.Contracts.Addresses;

/// <summary>The national (or other) scheme that an <see cref="AgencyCode"/> is written in.</summary>
public enum AgencyCodeScheme
{
    /// <summary>QĐ 20/2020/QĐ-TTg: groups joined by dots, level 1 first, at most 35 characters, e.g. <c>H29.12.03</c>.</summary>
    Qd20,

    /// <summary>QCVN 102:2016/BTTTT: 13 characters, level 1 last, e.g. <c>000.12.03.H29</c>.</summary>
    Qcvn102,

    /// <summary>A registration number of an enterprise or co-operative: 10 digits, or 10 and 3 joined by a hyphen.</summary>
    Registration,
}

/// <summary>The code of an agency, exactly as it was written. Codes are case-sensitive and compared ordinally.</summary>
/// <remarks>Sources: QĐ 20/2020/QĐ-TTg; QCVN 102:2016/BTTTT and its amendment 1:2022. The two national forms read in
/// opposite directions and their numbers may differ, so one is never computed from the other: the registry holds a table.</remarks>
public readonly partial record struct AgencyCode
{
    /// <summary>The longest code that any scheme allows, in characters.</summary>
    public const int MaxLength = 35;

    private AgencyCode(string value, AgencyCodeScheme scheme)
    {
        Value = value;
        Scheme = scheme;
    }

    /// <summary>The code as written.</summary>
    public string Value { get; }

    /// <summary>The scheme its shape belongs to.</summary>
    public AgencyCodeScheme Scheme { get; }

    /// <summary>Reads a code; false when its shape belongs to no known scheme.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AgencyCode code)
    {
        code = default;
        if (text is null || text.Length is 0 or > MaxLength) return false;
        if (Qd20Shape().IsMatch(text)) code = new AgencyCode(text, AgencyCodeScheme.Qd20);
        else if (Qcvn102Shape().IsMatch(text)) code = new AgencyCode(text, AgencyCodeScheme.Qcvn102);
        else if (RegistrationShape().IsMatch(text)) code = new AgencyCode(text, AgencyCodeScheme.Registration);
        else return false;
        return true;
    }

    /// <summary>Reads a code.</summary>
    /// <exception cref="FormatException">The text is no agency code of a known scheme.</exception>
    public static AgencyCode Parse(string text) => TryParse(text, out var code)
        ? code
        : throw new FormatException($"'{text}' is not an agency code. Write H29.12.03 (QĐ 20/2020), 000.12.03.H29 (QCVN 102) or a registration number.");

    /// <inheritdoc/>
    public override string ToString() => Value;

    [GeneratedRegex(@"^[A-Z][0-9]{2}(\.[A-Z0-9]{2,})*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Qd20Shape();

    [GeneratedRegex(@"^[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Qcvn102Shape();

    [GeneratedRegex(@"^[0-9]{10}(-[0-9]{3})?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex RegistrationShape();
}
