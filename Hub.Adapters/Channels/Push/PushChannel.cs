using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Problems;
using Hub.Contracts.Signatures;
using Hub.Core.Delivery;
using Hub.Core.Trail;

namespace Hub.Adapters.Channels.Push;

/// <summary>Delivers by HTTP POST of the exact bytes. The hub authenticates itself by an HTTP message signature (RFC 9421)
/// with its statement key over the digest (RFC 9530), the delivery statement and the target. Thread-safe.</summary>
/// <param name="keys">The hub's keys.</param>
/// <param name="clock">The hub's clock.</param>
public sealed class PushChannel(IHubKeys keys, TimeProvider clock) : IDeliveryChannel, IDisposable
{
    // Two pools: a connection opened for a system that may be private must never serve one that may not.
    private readonly HttpMessageInvoker _public = new(GuardedHandler.Create(allowPrivate: false));
    private readonly HttpMessageInvoker _private = new(GuardedHandler.Create(allowPrivate: true));

    /// <inheritdoc/>
    public string Kind => "push";

    /// <inheritdoc/>
    public async ValueTask<AttemptOutcome> SendAsync(OutgoingDelivery delivery, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        var channel = delivery.Recipient.Channel;
        if (channel.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" } url)
            return new AttemptOutcome.Failed(ProblemCode.RecipientUnreachable, $"The registry gives no http or https address for {delivery.Recipient.Address}.");
        try
        {
            using var request = await RequestAsync(delivery, url, cancellationToken);
            using var response = await (channel.AllowPrivate ? _private : _public).SendAsync(request, cancellationToken);
            return await PushAnswer.InterpretAsync(response, clock, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new AttemptOutcome.Failed(ProblemCode.RecipientTimeout, $"{url.Authority} gave no whole answer in time.");
        }
        catch (Exception failure) when (RootOf(failure) is AddressRefusedException refused)
        {
            return new AttemptOutcome.Failed(ProblemCode.AddressRefused, refused.Message + " Register a public address, or set allowPrivate.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return new AttemptOutcome.Failed(ProblemCode.RecipientUnreachable, $"{url.Authority}: {RootOf(failure).Message}");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _public.Dispose();
        _private.Dispose();
    }

    private async ValueTask<HttpRequestMessage> RequestAsync(OutgoingDelivery delivery, Uri url, CancellationToken cancellationToken)
    {
        var target = new Uri(url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));
        var record = delivery.Delivery;
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["content-type"] = EnvelopeCodec.MediaTypeOf(delivery.Message.Encoding),
            ["content-digest"] = ContentDigest.Of(delivery.Octets.Span),
            ["hub-message"] = delivery.Message.Key.Value,
            ["hub-delivery"] = record.Id.ToString(CultureInfo.InvariantCulture),
            ["hub-attempt"] = record.Attempts.ToString(CultureInfo.InvariantCulture),
            ["hub-delivery-statement"] = delivery.Statement,
        };
        var signed = await HttpMessageSignature.SignAsync(
            new SignableRequest("POST", target, headers.GetValueOrDefault), HttpMessageSignature.PushComponents, keys.Statement, clock.GetUtcNow(), cancellationToken);

        var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(delivery.Octets),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(headers["content-type"]);
        request.Headers.TryAddWithoutValidation("Content-Digest", headers["content-digest"]);
        request.Headers.TryAddWithoutValidation("Hub-Message", headers["hub-message"]);
        request.Headers.TryAddWithoutValidation("Hub-Delivery", headers["hub-delivery"]);
        request.Headers.TryAddWithoutValidation("Hub-Attempt", headers["hub-attempt"]);
        request.Headers.TryAddWithoutValidation("Hub-Replay", record.Replays > 0 ? "1" : "0");
        request.Headers.TryAddWithoutValidation("Hub-Type", delivery.Message.Type.Value);
        request.Headers.TryAddWithoutValidation("Hub-Delivery-Statement", delivery.Statement);
        request.Headers.TryAddWithoutValidation("Signature-Input", signed.SignatureInput);
        request.Headers.TryAddWithoutValidation("Signature", signed.Signature);
        return request;
    }

    private static Exception RootOf(Exception failure)
    {
        while (failure.InnerException is { } inner) failure = inner;
        return failure;
    }
}
