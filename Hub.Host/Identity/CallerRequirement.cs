namespace Hub.Host.Identity;

/// <summary>Endpoint metadata: which scopes let a caller in (any of them).</summary>
/// <param name="AnyOf">The scopes.</param>
internal sealed record CallerRequirement(Scopes AnyOf);

internal static class CallerRequirementExtensions
{
    internal static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scopes anyOf)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new CallerRequirement(anyOf));
}
