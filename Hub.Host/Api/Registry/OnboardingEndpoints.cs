using Hub.Contracts.Problems;
using Hub.Core.Registry.Onboarding;
using Hub.Host.Identity;

namespace Hub.Host.Api.Registry;

/// <summary><c>/api/v1/onboarding</c>: agencies ask for systems, keys and services themselves. Strangers may, with a request signed by the key
/// that is to be registered: few from one source, and it waits for providers and operator.</summary>
internal static class OnboardingEndpoints
{
    private const string SignedType = "application/jose";

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/onboarding", ApplyAsync).OpenToStrangers().RequireRateLimiting(TokenLimits.Onboarding)
            .WithTags("Onboarding").WithName("applyForOnboarding").WithSummary("Ask for a system, its keys and services, without a token")
            .WithDescription("The body is a compact JWS, typ hub-onboarding+jws, signed by one of the keys that it registers and named in 'kid'; its payload is a request as schemas/onboarding.schema.json describes, each key with its proof of possession ('hub key prove', 'hub onboard apply'). 202: it waits for the approvals named, at most 30 days; ask at Location.")
            .Accepts<byte[]>(SignedType).Produces<OutcomeView>(StatusCodes.Status202Accepted)
            .ProducesProblems(
                ProblemCode.InvalidRequest, ProblemCode.MalformedEnvelope, ProblemCode.UnsupportedProfile, ProblemCode.KeyUnknown, ProblemCode.SignatureInvalid, ProblemCode.ProofInvalid,
                ProblemCode.RegistryConflict, ProblemCode.RegistryInvalid, ProblemCode.TooLarge, ProblemCode.UnsupportedMediaType, ProblemCode.RateLimited);
        routes.MapGet("/api/v1/onboarding/{id}", StatusAsync).OpenToStrangers().RequireRateLimiting(TokenLimits.PerSource)
            .WithTags("Onboarding").WithName("getOnboarding").WithSummary("What became of a request").WithDescription("Whoever knows the request's id may ask.")
            .Produces<OnboardingView>().ProducesProblems(ProblemCode.NotFound, ProblemCode.RateLimited);
        routes.MapPost("/api/v1/onboarding/requests", RequestAsync).RequireScope(Scopes.System)
            .WithTags("Onboarding").WithName("requestOnboarding").WithSummary("As a registered system, ask for another system of your agency, or for services")
            .WithDescription("The body is the request as plain JSON (schemas/onboarding.schema.json). Your token vouches for it.")
            .Accepts<object>("application/json").Produces<OutcomeView>(StatusCodes.Status202Accepted)
            .ProducesProblems(
                ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.OutsideSubtree, ProblemCode.ProofInvalid, ProblemCode.RegistryConflict,
                ProblemCode.RegistryInvalid, ProblemCode.TooLarge, ProblemCode.UnsupportedMediaType, ProblemCode.RateLimited);
    }

    private static async Task<IResult> ApplyAsync(HttpContext context, OnboardingService onboarding, TokenLimits limits)
    {
        if (context.Request.ContentType?.Split(';')[0].Trim() is not SignedType)
            throw ProblemCode.UnsupportedMediaType.With($"The content type is '{context.Request.ContentType}'. Send {SignedType}: the request signed by the new key.");
        using var body = await RequestBody.ReadAsync(context, OnboardingRequest.MaxBytes * 3 / 2);
        limits.TakeOfAll();
        return Answer(context, await onboarding.RequestAsync(body.Memory.ToArray(), context.RequestAborted));
    }

    private static async Task<IResult> RequestAsync(HttpContext context, OnboardingService onboarding)
    {
        var system = context.Caller().RequireSystem();
        if (!context.Request.HasJsonContentType()) throw ProblemCode.UnsupportedMediaType.With($"The content type is '{context.Request.ContentType}'. Send application/json.");
        using var body = await RequestBody.ReadAsync(context, OnboardingRequest.MaxBytes);
        return Answer(context, await onboarding.RequestAsync(OnboardingRequest.Read(body.Memory.Span), system, context.RequestAborted));
    }

    private static async Task<IResult> StatusAsync(HttpContext context, string id, OnboardingService onboarding) =>
        Results.Json(OnboardingView.Of(await onboarding.FindAsync(id, context.RequestAborted)), HubJson.Options);

    private static IResult Answer(HttpContext context, Hub.Core.Registry.ChangeOutcome outcome)
    {
        context.Response.Headers.Location = $"/api/v1/onboarding/{outcome.Proposal}";
        return Results.Json(OutcomeView.Of(outcome), HubJson.Options, statusCode: StatusCodes.Status202Accepted);
    }
}

/// <summary>What an applicant is told about his request.</summary>
/// <param name="Id">Its name.</param>
/// <param name="State"><c>pending</c>, <c>applied</c>, <c>rejected</c>, <c>withdrawn</c> or <c>expired</c>.</param>
/// <param name="System">The system asked for.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">Until when it waits.</param>
/// <param name="Missing">Approvals that are still missing.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="Reason">Why it was rejected.</param>
internal sealed record OnboardingView(
    string Id, string State, string System, DateTimeOffset Created, DateTimeOffset Expires, IReadOnlyList<NeedView> Missing, DateTimeOffset? Ended, string? Reason)
{
    internal static OnboardingView Of(OnboardingStatus status) => new(
        status.Id, status.State, status.System, status.Created, status.Expires, [.. status.Missing.Select(NeedView.Of)], status.Ended, status.Reason);
}
