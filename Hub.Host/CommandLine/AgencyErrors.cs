using System.CommandLine;
using Hub.Contracts.Problems;
using Hub.Host.AgencyClient;

namespace Hub.Host.CommandLine;

/// <summary>Runs a command of the agency's side and turns what went wrong into words and an exit code.</summary>
internal static class AgencyErrors
{
    internal static async Task<int> RunAsync(ParseResult parsed, Func<Task<int>> command)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            return await command();
        }
        catch (HubRefusalException refused)
        {
            Write(error, refused.Refusal);
            return refused.Refusal.Status is 429 or 503 ? ExitCode.Unavailable : ExitCode.Refused;
        }
        catch (ProblemException problem)
        {
            Write(error, problem);
            return ExitCode.Refused;
        }
        catch (HubEvidenceException evidence)
        {
            error.WriteLine($"The hub's answer is not trustworthy: {evidence.Message}");
            return ExitCode.Refused;
        }
        catch (HubUnreachableException unreachable)
        {
            error.WriteLine(unreachable.Message);
            return ExitCode.Unavailable;
        }
        catch (Exception usage) when (usage is FormatException or IOException or UnauthorizedAccessException or NotSupportedException)
        {
            error.WriteLine(usage.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("Stopped.");
            return ExitCode.Refused;
        }
    }

    /// <summary>A refusal of this program itself, with every mistake it found.</summary>
    internal static void Write(TextWriter error, ProblemException problem) => Write(error, new HubRefusal(
        problem.Code.HttpStatus, problem.Code.Code, problem.Code.TitleEn, problem.Problem.Detail, problem.Code.RemedyEn, TraceId: null,
        [.. problem.Problem.Items.Take(100).Select(static item => $"{item.Subject}: {item.Detail}")], problem.Problem.RetryAfter));

    internal static void Write(TextWriter error, HubRefusal refusal)
    {
        ProblemCode.TryFind(refusal.Code, out var known);
        error.WriteLine($"{refusal.Code}: {refusal.Title}{(known is null ? "" : $" ({known.TitleVi})")}");
        if (refusal.Detail is not null) error.WriteLine($"  {refusal.Detail}");
        foreach (var item in refusal.Items) error.WriteLine($"  - {item}");
        if (refusal.Remedy is not null) error.WriteLine($"  What to do: {refusal.Remedy}");
        if (known is not null) error.WriteLine($"  Cách xử lý: {known.RemedyVi}");
        if (refusal.RetryAfter is { } wait) error.WriteLine($"  Retry after {wait.TotalSeconds:0} s.");
        if (refusal.TraceId is not null) error.WriteLine($"  Trace id: {refusal.TraceId}");
    }
}
