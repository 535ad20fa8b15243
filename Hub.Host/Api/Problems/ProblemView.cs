namespace Hub.Host.Api.Problems;

/// <summary>The shape of a refusal, RFC 9457 with the hub's members.</summary>
/// <param name="Type">Page of the code on this hub.</param>
/// <param name="Title">Title in English.</param>
/// <param name="TitleVi">Title in Vietnamese.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">What failed, with the values.</param>
/// <param name="Instance">Path of the request.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Remedy">What to do, in English.</param>
/// <param name="RemedyVi">What to do, in Vietnamese.</param>
/// <param name="TraceId">Finds the request in the hub's logs.</param>
/// <param name="Items">Every single fault when there are several.</param>
/// <param name="Message">Key of the message this is about.</param>
/// <param name="RetryAfterSeconds">When a retry makes sense.</param>
internal sealed record ProblemView(
    string Type, string Title, string TitleVi, int Status, string Detail, string Instance, string Code,
    string Remedy, string RemedyVi, string TraceId, IReadOnlyList<ProblemItemView>? Items, string? Message, long? RetryAfterSeconds);

/// <summary>One fault among several.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Code">Its own code.</param>
/// <param name="Type">Page of the code.</param>
/// <param name="Title">Title in English.</param>
/// <param name="TitleVi">Title in Vietnamese.</param>
/// <param name="Detail">What is wrong with it.</param>
internal sealed record ProblemItemView(string Subject, string Code, string Type, string Title, string TitleVi, string Detail);
