using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
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
    private static readonly MediaTypeHeaderValue Xml = new(EnvelopeCodec.XmlMediaType), Json = new(EnvelopeCodec.JsonMediaType);

    // Two pools: a connection opened for a system that may be private must never serve one that may not.
    private readonly HttpMessageInvoker _public = new(GuardedHandler.Create(allowPrivate: false));
    private readonly HttpMessageInvoker _private = new(GuardedHandler.Create(allowPrivate: true));

    // By the registry's own objects: each address is taken apart once.
    private readonly ConditionalWeakTable<Uri, Uri> _targets = [];

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
            return new AttemptOutcome.Failed(ProblemCode.RecipientTimeout, $"{url.Authority} gave no whole answer in time.") { Fault = FailureFault.System };
        }
        catch (Exception failure) when (RootOf(failure) is AddressRefusedException refused)
        {
            return new AttemptOutcome.Failed(ProblemCode.AddressRefused, refused.Message + " Register a public address, or set allowPrivate.");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return new AttemptOutcome.Failed(ProblemCode.RecipientUnreachable, $"{url.Authority}: {RootOf(failure).Message}") { Fault = FailureFault.System };
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
        var target = _targets.GetValue(url, static url => new Uri(url.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped)));
        var record = delivery.Delivery;
        var type = delivery.Message.Encoding == EnvelopeEncoding.Xml ? Xml : Json;
        // The digest of the message is that of these very octets: what is read back from the store is authenticated.
        var digest = ContentDigest.Of(delivery.Message.Sha256);
        var (number, attempt) = (record.Id.ToString(CultureInfo.InvariantCulture), record.Attempts.ToString(CultureInfo.InvariantCulture));
        var signed = await HttpMessageSignature.SignAsync(
            new SignableRequest("POST", target, HeaderOf), HttpMessageSignature.PushComponents, keys.Statement, clock.GetUtcNow(), cancellationToken);

        var request = new HttpRequestMessage(HttpMethod.Post, target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ReadOnlyMemoryContent(delivery.Octets),
        };
        request.Content.Headers.ContentType = type;
        Add("Content-Digest", digest);
        Add("Hub-Message", delivery.Message.Key.Value);
        Add("Hub-Delivery", number);
        Add("Hub-Attempt", attempt);
        Add("Hub-Replay", record.Replays > 0 ? "1" : "0");
        Add("Hub-Type", delivery.Message.Type.Value);
        Add("Hub-Delivery-Statement", delivery.Statement);
        Add("Signature-Input", signed.SignatureInput);
        Add("Signature", signed.Signature);
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } place }) Add("traceparent", place);
        return request;

        void Add(string name, string value) => request.Headers.TryAddWithoutValidation(name, value);

        string? HeaderOf(string name) => name switch
        {
            "content-type" => type.MediaType,
            "content-digest" => digest,
            "hub-message" => delivery.Message.Key.Value,
            "hub-delivery" => number,
            "hub-attempt" => attempt,
            "hub-delivery-statement" => delivery.Statement,
            _ => null,
        };
    }

    private static Exception RootOf(Exception failure)
    {
        while (failure.InnerException is { } inner) failure = inner;
        return failure;
    }
}
