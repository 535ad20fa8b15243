namespace Hub.Contracts.Problems;

/// <summary>One thing wrong among several, e.g. one bad recipient.</summary>
/// <param name="Subject">What it is about, as the sender wrote it.</param>
/// <param name="Code">Its own code.</param>
/// <param name="Detail">What is wrong with it.</param>
public sealed record ProblemItem(string Subject, ProblemCode Code, string Detail);

/// <summary>A refusal: what happened with the values, the rule, and the next step.</summary>
/// <param name="Code">The entry of the catalogue.</param>
/// <param name="Detail">What failed, with the values, in English; free of secrets and of content.</param>
public sealed record Problem(ProblemCode Code, string Detail)
{
    /// <summary>Every single fault when there are several.</summary>
    public IReadOnlyList<ProblemItem> Items { get; init; } = [];

    /// <summary>After how long a retry makes sense.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The key of a message this is about, when the caller may know it.</summary>
    public string? MessageKey { get; init; }
}

/// <summary>Thrown where an input or request is refused; carries the problem the caller gets.</summary>
public sealed class ProblemException(Problem problem, Exception? inner = null)
    : Exception($"{problem.Code.Code}: {problem.Detail}", inner)
{
    /// <summary>The problem.</summary>
    public Problem Problem { get; } = problem;

    /// <summary>Its catalogue entry.</summary>
    public ProblemCode Code => Problem.Code;
}
