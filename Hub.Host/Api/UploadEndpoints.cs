using System.Globalization;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Host.Identity;
using Hub.Host.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Hub.Host.Api;

/// <summary><c>/api/v1/uploads</c>: large content by digest, resumable.</summary>
internal static class UploadEndpoints
{
    /// <summary>Greatest attachment (2 GiB); greater ones do not travel through the hub.</summary>
    internal const long MaxSize = 2L * 1024 * 1024 * 1024;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/v1/uploads", BeginAsync).RequireScope(Scopes.System)
            .WithTags("Uploads").WithName("beginUpload").WithSummary("Begin (or find) an upload of large content by its digest")
            .Accepts<UploadRequest>("application/json").Produces<UploadView>(StatusCodes.Status201Created)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.TooLarge, ProblemCode.RateLimited, ProblemCode.Unavailable);
        routes.MapMethods("/api/v1/uploads/{sha256}", [HttpMethods.Head], StatusAsync).RequireScope(Scopes.System)
            .WithTags("Uploads").WithName("uploadStatus").WithSummary("Where an upload stands: Upload-Offset, Upload-Length, Upload-Complete")
            .Produces(StatusCodes.Status200OK).ProducesProblems(ProblemCode.Unauthenticated, ProblemCode.NotFound);
        routes.MapPatch("/api/v1/uploads/{sha256}", AppendAsync).RequireScope(Scopes.System)
            .WithTags("Uploads").WithName("appendUpload").WithSummary("Append bytes at Upload-Offset")
            .WithDescription("The header Upload-Offset must be where the upload stands. When the last byte is there the digest is checked; a wrong one starts the upload over.")
            .Accepts<byte[]>("application/octet-stream").Produces(StatusCodes.Status204NoContent)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotFound, ProblemCode.TooLarge, ProblemCode.DigestMismatch, ProblemCode.UnsupportedMediaType, ProblemCode.Unavailable);
    }

    private static async Task<IResult> BeginAsync(HttpContext context, IUploadStore uploads)
    {
        var owner = context.Caller().RequireSystem();
        var request = await HubJson.ReadAsync<UploadRequest>(context);
        RequireDigest(request.Sha256);
        if (request.Size < 0) throw QueryText.Bad("size", request.Size.ToString(CultureInfo.InvariantCulture), "0 or more bytes");
        if (request.Size > MaxSize) throw ProblemCode.TooLarge.With($"The upload would have {request.Size} bytes; the limit is {MaxSize}.");
        var status = await uploads.BeginAsync(owner, request.Sha256!, request.Size, context.RequestAborted);
        SetHeaders(context.Response, status);
        context.Response.Headers.Location = $"/api/v1/uploads/{status.Sha256}";
        return Results.Json(new UploadView(status.Sha256, status.Size, status.Offset, status.Complete), HubJson.Options, statusCode: StatusCodes.Status201Created);
    }

    private static async Task StatusAsync(HttpContext context, string sha256, IUploadStore uploads)
    {
        RequireDigest(sha256);
        var status = await uploads.FindAsync(context.Caller().RequireSystem(), sha256, context.RequestAborted) ?? throw Missing();
        SetHeaders(context.Response, status);
    }

    private static async Task AppendAsync(HttpContext context, string sha256, IUploadStore uploads)
    {
        var owner = context.Caller().RequireSystem();
        RequireDigest(sha256);
        var type = context.Request.ContentType;
        if (type?.Split(';')[0].Trim() is not "application/octet-stream")
            throw ProblemCode.UnsupportedMediaType.With($"The content type is '{type}'. Send application/octet-stream.");
        if (!long.TryParse(context.Request.Headers["Upload-Offset"], NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
            throw ProblemCode.InvalidRequest.With("The header Upload-Offset must say, in decimal digits, where these bytes begin. Ask with HEAD where the upload stands.");
        var before = await uploads.FindAsync(owner, sha256, context.RequestAborted) ?? throw Missing();
        if (context.Request.ContentLength > before.Size - offset)
            throw ProblemCode.TooLarge.With($"{context.Request.ContentLength} bytes from offset {offset} would go beyond the size of {before.Size} bytes.");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = before.Size;
        var status = await uploads.AppendAsync(owner, sha256, offset, context.Request.Body, context.RequestAborted);
        HubMeter.UploadBytes.Add(Math.Max(0, status.Offset - offset));
        if (status.Complete && !before.Complete) HubMeter.UploadsCompleted.Add(1);
        SetHeaders(context.Response, status);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static void SetHeaders(HttpResponse response, UploadStatus status)
    {
        response.Headers["Upload-Offset"] = status.Offset.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Length"] = status.Size.ToString(CultureInfo.InvariantCulture);
        response.Headers["Upload-Complete"] = status.Complete ? "?1" : "?0";
    }

    private static void RequireDigest(string? sha256)
    {
        if (!Hub.Contracts.Envelopes.EnvelopeRules.IsSha256(sha256)) throw QueryText.Bad("sha256", sha256 ?? "", "64 lower-case hexadecimal digits");
    }

    private static ProblemException Missing() => ProblemCode.NotFound.With("You have begun no upload with this SHA-256. Begin it with POST /api/v1/uploads.");
}

/// <summary>Begins an upload.</summary>
internal sealed class UploadRequest
{
    /// <summary>SHA-256 of the whole content, 64 lower-case hexadecimal digits.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Its size in bytes.</summary>
    public long Size { get; init; }
}

/// <summary>Where an upload stands.</summary>
/// <param name="Sha256">Digest promised.</param>
/// <param name="Size">Size promised.</param>
/// <param name="Offset">Bytes received so far.</param>
/// <param name="Complete">Whether it is complete and has the digest.</param>
internal sealed record UploadView(string Sha256, long Size, long Offset, bool Complete);
