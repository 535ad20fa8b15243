using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hub.Adapters.Backup;
using Hub.Contracts.Problems;
using Hub.Contracts.Sealing;
using Hub.Contracts.Trail;
using Hub.Core.Storage;
using Hub.Core.Trail;
using Hub.Host.Composition;
using Hub.Host.Identity;

namespace Hub.Host.Api;

/// <summary>Backups of a running hub, over the operator socket only: a backup is the whole hub.</summary>
internal static class BackupEndpoints
{
    private const string MediaType = "application/vnd.hub.backup";
    private const int MaxPem = 8_192;

    internal static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/operator/backup", BackupAsync).RequireScope(Scopes.Operator)
            .WithTags("Operator").WithName("takeBackup").WithSummary("A backup of the hub, sealed for one recipient")
            .WithDescription("Only over the operator socket ('hub backup'). The hub goes on meanwhile. An answer that ends early is no backup: its last chunk is missing. It is logged.")
            .Accepts<BackupRequest>("application/json").Produces<byte[]>(StatusCodes.Status200OK, MediaType)
            .ProducesProblems(ProblemCode.InvalidRequest, ProblemCode.Unauthenticated, ProblemCode.NotAllowed, ProblemCode.Unavailable);

    private static async Task BackupAsync(HttpContext context, HubBackup backup, ICommitter committer, ILogger<HubBackup> log)
    {
        var caller = OperatorSocket.CallerOf(context)
            ?? throw ProblemCode.NotAllowed.With("Backups are taken over the operator socket only. Run 'hub backup' on the hub's machine.");
        var request = await HubJson.ReadAsync<BackupRequest>(context);
        var recipient = RecipientOf(request.Recipient);
        backup.Check();
        var body = new JsonObject { ["recipient"] = recipient.Id, ["keys"] = request.WithKeys };
        await committer.RunAsync(scope => ValueTask.FromResult(scope.Append(new TrailEntry(EntryKinds.BackupTaken, null, caller.Actor, body))), context.RequestAborted);
        context.Response.ContentType = MediaType;
        try
        {
            await backup.WriteAsync(context.Response.Body, recipient, request.WithKeys, ProgramVersion.Text, context.RequestAborted);
        }
        catch (Exception failed) when (context.Response.HasStarted && failed is not OperationCanceledException)
        {
            log.LogError(failed, "A backup could not be finished; what was sent of it is of no use");
            context.Abort();
        }
    }

    /// <summary>The recipient's key, named by its SHA-256.</summary>
    private static SealingKey RecipientOf(string? pem)
    {
        if (pem is not { Length: > 0 and <= MaxPem }) throw ProblemCode.InvalidRequest.With($"'recipient' is the PEM text of a public key, at most {MaxPem} characters.");
        try
        {
            return BackupKeys.Recipient(pem);
        }
        catch (CryptographicException unusable)
        {
            throw ProblemCode.InvalidRequest.With($"'recipient' is no key that a backup can be sealed for (P-256, P-384, RSA from 2,048 bits): {unusable.Message}", unusable);
        }
    }
}

/// <summary>What a backup is to be.</summary>
internal sealed class BackupRequest
{
    /// <summary>PEM of the public key whose private half opens it.</summary>
    public string? Recipient { get; init; }

    /// <summary>Whether the hub's private keys go along.</summary>
    public bool WithKeys { get; init; }
}
