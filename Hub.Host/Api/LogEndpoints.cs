using System.Globalization;
using System.Net.Mime;
using Hub.Contracts.Problems;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Host.Api;

/// <summary>The public side of the log (c2sp.org/tlog-tiles): checkpoint, hash tiles and key. Entries are not public.</summary>
internal static class LogEndpoints
{
    private const int HashLength = 32;

    internal static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/log/checkpoint", CheckpointAsync)
            .WithTags("Log").WithName("getCheckpoint").WithSummary("The log's signed head (C2SP checkpoint)")
            .Produces<string>(StatusCodes.Status200OK, MediaTypeNames.Text.Plain).ProducesProblems(ProblemCode.NotFound);
        routes.MapGet("/log/key", static (IHubKeys keys) => Results.Text(keys.LogVerifier + "\n", MediaTypeNames.Text.Plain))
            .WithTags("Log").WithName("getLogKey").WithSummary("The log's public key (C2SP vkey); compare it with one got on another way")
            .Produces<string>(StatusCodes.Status200OK, MediaTypeNames.Text.Plain);
        routes.MapGet("/log/epochs", EpochsAsync)
            .WithTags("Log").WithName("getEpochs").WithSummary("The log's epochs: origin and key of each, and what was lost between them")
            .WithDescription("A hub that was restored from a backup goes on with the same tree under a new origin and key. Receipts and checkpoints of an earlier epoch are verified with that epoch's key. The entry that opened an epoch is given with its proof, and commits to all that is said of the one before.")
            .Produces<EpochsView>();
        routes.MapGet("/log/tile/{level:int}/{**index}", TileAsync)
            .WithTags("Log").WithName("getTile").WithSummary("A hash tile, e.g. /log/tile/0/x001/234 or /log/tile/0/000.p/17")
            .Produces<byte[]>(StatusCodes.Status200OK, MediaTypeNames.Application.Octet).ProducesProblems(ProblemCode.NotFound);
    }

    private static async Task<IResult> CheckpointAsync(IHubStore store, HttpContext context)
    {
        var note = await store.FindCheckpointAsync(cancellationToken: context.RequestAborted)
            ?? throw ProblemCode.NotFound.With("The log is empty.");
        return Results.Text(note, MediaTypeNames.Text.Plain);
    }

    private static async Task<IResult> EpochsAsync(IHubStore store, IHubKeys keys, TrailReader trail, HttpContext context)
    {
        var ended = await LogEpochs.ReadAsync(store, context.RequestAborted);
        Dictionary<long, string> openings = [];
        if (ended.Count > 0 && await store.FindCheckpointAsync(cancellationToken: context.RequestAborted) is { } note)
        {
            foreach (var index in ended.Select(static epoch => epoch.End).Distinct())
                if (await trail.ProofOfAsync(index, note, context.RequestAborted) is { } opening) openings.Add(index, opening.ToString());
        }

        return Results.Json(EpochsView.Of(ended, openings, keys), HubJson.Options);
    }

    private static async Task<IResult> TileAsync(HttpContext context, int level, string index, IHubStore store)
    {
        if (level is < 0 or > 7 || !TileName.TryParse(index, out var number, out var width)) throw NoTile();
        var hashes = await store.ReadTileAsync(level, number, context.RequestAborted);
        if (hashes.Length < width * HashLength) throw NoTile();
        // A tile of a given width never changes.
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(hashes[..(width * HashLength)], MediaTypeNames.Application.Octet);
    }

    private static ProblemException NoTile() =>
        ProblemCode.NotFound.With(string.Create(CultureInfo.InvariantCulture, $"The log has no such tile. Name it as c2sp.org/tlog-tiles says, at most as wide as the checkpoint's size allows ({TileName.FullWidth} hashes when full)."));
}
