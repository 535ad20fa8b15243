using System.Globalization;

namespace Hub.Host.Demo.Documents;

/// <summary>An official document as <c>vn.document.v1</c> describes it. Synthetic: it names offices, never people.</summary>
internal sealed record OfficialDocument
{
    /// <summary>Its kind.</summary>
    public required DocumentKind Kind { get; init; }

    /// <summary>Who issues it.</summary>
    public required Office Issuer { get; init; }

    /// <summary>To whom it goes.</summary>
    public required IReadOnlyList<Office> Recipients { get; init; }

    /// <summary>Its number (số).</summary>
    public required int Number { get; init; }

    /// <summary>When it was issued, Vietnam's date.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>Its abstract (trích yếu).</summary>
    public required string Subject { get; init; }

    /// <summary>Its text.</summary>
    public required string Content { get; init; }

    /// <summary>Until when it asks for something.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>0 ordinary to 4 most urgent.</summary>
    public int Priority { get; init; }

    /// <summary>What it answers.</summary>
    public OfficialDocument? Answers { get; init; }

    /// <summary>Its notation (ký hiệu), e.g. UBND-TH or QĐ-UBND.</summary>
    public string Notation => Kind.Sign is { } sign ? $"{sign}-{Issuer.Abbreviation}" : $"{Issuer.Abbreviation}-TH";

    /// <summary>Number and notation in one.</summary>
    public string Code => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Notation}");

    /// <summary>The document's id: issuer, date, code.</summary>
    public string DocumentId => string.Create(CultureInfo.InvariantCulture, $"{Issuer.Code},{Date:yyyy'/'MM'/'dd},{Code}");

    /// <summary>A file name for it.</summary>
    public string FileName => $"{Number}-{Notation}";
}
