using Hub.Contracts.Problems;
using Hub.Core.Delivery;

namespace Hub.Host.Identity;

/// <summary>Finds out who calls, and lets only those in whom the endpoint admits. Endpoints without a
/// <see cref="CallerRequirement"/> are public; everything under /api has one or says that it is an <see cref="OpenAddress"/> (a test asserts it).</summary>
internal sealed class CallerMiddleware(RequestDelegate next, AccessTokens tokens, DeliverySignals signals, TimeProvider clock)
{
    private const string Bearer = "Bearer ";

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<CallerRequirement>() is not { } requirement) return next(context);
        var caller = Identify(context);
        context.Features.Set(caller);
        if (caller.System is { } system) signals.Life.Seen(system, clock.GetUtcNow());
        if ((caller.Scopes & requirement.AnyOf) == 0)
            throw ProblemCode.NotAllowed.With($"'{caller.Actor}' has the scope {caller.Scopes}; this address asks for {requirement.AnyOf}.");
        return next(context);
    }

    private Caller Identify(HttpContext context)
    {
        if (OperatorSocket.CallerOf(context) is { } onSocket) return tokens.OnSocket(onSocket);
        var header = context.Request.Headers.Authorization;
        if (header.Count != 1 || header[0] is not { } value || !value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            throw ProblemCode.Unauthenticated.With("This address needs the header 'Authorization: Bearer <token>', once. Get a token at /oauth/token.");
        return tokens.Validate(value.AsSpan(Bearer.Length).Trim(), ClientCertificate.Of(context));
    }
}
