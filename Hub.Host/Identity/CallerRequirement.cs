namespace Hub.Host.Identity;

/// <summary>Endpoint metadata: which scopes let a caller in (any of them).</summary>
/// <param name="AnyOf">The scopes.</param>
internal sealed record CallerRequirement(Scopes AnyOf);

/// <summary>Endpoint metadata: under /api, and yet open to everybody, because who comes here has no key on the bus yet.</summary>
internal sealed record OpenAddress;

internal static class CallerRequirementExtensions
{
    internal static TBuilder OpenToStrangers<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new OpenAddress());

    internal static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scopes anyOf)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new CallerRequirement(anyOf));
}
