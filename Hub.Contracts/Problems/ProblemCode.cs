using System.Diagnostics.CodeAnalysis;

namespace Hub.Contracts.Problems;

/// <summary>An entry of the problem catalogue: the same code over REST (RFC 9457), SOAP, command line and trail.</summary>
public sealed partial class ProblemCode
{
    private ProblemCode(string code, int status, string titleEn, string titleVi, string remedyEn, string remedyVi)
    {
        Code = code;
        HttpStatus = status;
        TitleEn = titleEn;
        TitleVi = titleVi;
        RemedyEn = remedyEn;
        RemedyVi = remedyVi;
        ByCode.Add(code, this);
    }

    /// <summary>The stable code, e.g. <c>signature-invalid</c>; served as a page at <c>/problems/{code}</c>.</summary>
    public string Code { get; }

    /// <summary>HTTP status of the answer.</summary>
    public int HttpStatus { get; }

    /// <summary>Title in English.</summary>
    public string TitleEn { get; }

    /// <summary>Title in Vietnamese.</summary>
    public string TitleVi { get; }

    /// <summary>What to do, in English.</summary>
    public string RemedyEn { get; }

    /// <summary>What to do, in Vietnamese.</summary>
    public string RemedyVi { get; }

    /// <summary>The whole catalogue, in code order.</summary>
    public static IReadOnlyList<ProblemCode> All => [.. ByCode.Values.OrderBy(p => p.Code, StringComparer.Ordinal)];

    /// <summary>Finds an entry by its code.</summary>
    public static bool TryFind(string code, [NotNullWhen(true)] out ProblemCode? problem) => ByCode.TryGetValue(code, out problem);

    /// <summary>A refusal with this code.</summary>
    /// <param name="detail">What failed, with the values; free of secrets.</param>
    /// <param name="inner">The cause, for the log.</param>
    public ProblemException With(string detail, Exception? inner = null) => new(new Problem(this, detail), inner);

    /// <inheritdoc/>
    public override string ToString() => Code;
}
