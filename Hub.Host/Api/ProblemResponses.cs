using Hub.Contracts.Problems;
using Hub.Host.Api.Problems;

namespace Hub.Host.Api;

/// <summary>Declares for the API description which problems an endpoint answers with.</summary>
internal sealed record DeclaredProblems(IReadOnlyList<ProblemCode> Codes);

internal static class ProblemResponseExtensions
{
    internal static RouteHandlerBuilder ProducesProblems(this RouteHandlerBuilder builder, params ProblemCode[] codes)
    {
        foreach (var status in codes.Select(static code => code.HttpStatus).Distinct())
            builder.Produces<ProblemView>(status, ProblemDocument.MediaType);
        return builder.WithMetadata(new DeclaredProblems(codes));
    }
}
