using System.Net;
using System.Security.Cryptography;
using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;
using Hub.Contracts.Trail;
using Hub.Host.AgencyClient;
using Hub.Host.DevPki;
using Hub.IntegrationTests.Processes;

namespace Hub.IntegrationTests.AgencyClient;

[CancelAfter(120_000)]
public class When_the_line_to_the_hub_is_bad
{
    private const string Registry = """
        hub: H06.09/lgsp
        levels: [{code: province, nameVi: Tỉnh, nameEn: Province, order: 2}]
        agencies: [{code: H06, name: Tỉnh, level: province}]
        systems: [{address: H06/qlvb, name: Tỉnh, receives: [vn.document.v1], channel: {kind: mailbox}}]
        services: [{type: vn.document.v1, nameVi: Văn bản, nameEn: Document}]
        rights: [{from: H06, services: ["*"], to: H06}]
        """;

    private static readonly SystemAddress Self = SystemAddress.Parse("H06/qlvb");
    private string _folder = null!;
    private HubProcess _hub = null!;
    private BadLine _line = null!;
    private HubClient _client = null!;

    [OneTimeSetUp]
    public async Task StartHub()
    {
        _folder = Directory.CreateTempSubdirectory("hub-line-").FullName;
        using var keys = DevelopmentKeyFolder.OpenOrCreate(_folder, TimeProvider.System);
        keys.Ensure(Self, DevelopmentKeyKind.Ec);
        var registry = Path.Combine(_folder, "registry.yaml");
        await File.WriteAllTextAsync(registry, RegistryKeys.Add(Registry, DevelopmentKeyFolder.CertificateName));
        var data = Path.Combine(_folder, "hub");
        _hub = await HubProcess.StartAsync(data, ["--development"]);
        var import = await HubProcess.RunAsync("import", registry, "--data", data);
        Assert.That(import.ExitCode, Is.Zero, import.ToString());
        _line = new BadLine(HubConnection.Handler(_hub.BaseAddress));
        var logKey = NoteVerifier.Parse((await File.ReadAllTextAsync(Path.Combine(data, "public", "log.vkey"))).Trim());
        _client = new HubClient(_hub.BaseAddress, Self, keys.Signer(Self), TimeProvider.System, _line) { LogKey = logKey };
    }

    [OneTimeTearDown]
    public async Task StopHub()
    {
        _client?.Dispose();
        _line?.Dispose();
        if (_hub is not null) await _hub.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [SetUp]
    public void MendLine() => _line.Break = static (_, _) => Damage.None;

    [TestCase(nameof(Damage.RequestLost))]
    [TestCase(nameof(Damage.AnswerLost))]
    public async Task Should_go_on_with_an_upload_where_it_broke_off(string damage)
    {
        var bytes = RandomNumberGenerator.GetBytes(3_500_000);
        _line.Break = (request, number) => request.Method == HttpMethod.Patch && number == 2 ? Enum.Parse<Damage>(damage) : Damage.None;
        await _client.Uploads.UploadAsync(Convert.ToHexStringLower(SHA256.HashData(bytes)), new MemoryStream(bytes));
        _line.Break = static (_, _) => Damage.None;
        var key = await SendWithAsync(bytes);
        var target = new MemoryStream();
        await _client.AttachmentAsync(key, Attachment(bytes), target);
        Assert.That(target.ToArray(), Is.EqualTo(bytes));
    }

    [Test]
    public async Task Should_get_the_same_receipt_when_the_answer_was_lost()
    {
        var octets = await EnvelopeCodec.SignAsync(Letter([]), EnvelopeEncoding.Json, _client.Signer);
        _line.Break = static (request, _) => request.Method == HttpMethod.Post && request.RequestUri!.AbsolutePath == "/api/v1/messages" ? Damage.AnswerLost : Damage.None;
        Assert.ThrowsAsync<HubUnreachableException>(() => _client.SubmitAsync(octets, EnvelopeEncoding.Json));
        _line.Break = static (_, _) => Damage.None;
        var again = await _client.SubmitAsync(octets, EnvelopeEncoding.Json);
        Assert.That((again.Repeated, again.Verified), Is.EqualTo((true, true)));
        Assert.That(again.ReceiptText, Is.EqualTo(await _client.ReceiptAsync(again.Key)));
    }

    [Test]
    public void Should_not_trust_a_receipt_for_other_bytes()
    {
        _line.Break = static (request, _) => request.RequestUri!.AbsolutePath == "/api/v1/messages" ? Damage.BytesChanged : Damage.None;
        Assert.ThrowsAsync<HubRefusalException>(() => _client.SendAsync(Letter([]), EnvelopeEncoding.Json), "the hub refuses changed bytes itself");
        _line.Break = static (request, _) => request.RequestUri!.AbsolutePath == "/api/v1/messages" ? Damage.AnswerChanged : Damage.None;
        Assert.ThrowsAsync<HubEvidenceException>(() => _client.SendAsync(Letter([]), EnvelopeEncoding.Json));
    }

    [Test]
    public async Task Should_ask_for_one_token_and_for_another_when_it_is_refused()
    {
        var key = (await _client.SendAsync(Letter([]), EnvelopeEncoding.Json)).Key;
        var before = _line.TokenRequests;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _client.MessageAsync(key)));
        Assert.That(_line.TokenRequests, Is.EqualTo(before));
        _line.Break = static (_, number) => number == 1 ? Damage.TokenRefused : Damage.None;
        await _client.MessageAsync(key);
        Assert.That(_line.TokenRequests, Is.EqualTo(before + 1));
    }

    private async Task<MessageKey> SendWithAsync(byte[] bytes) => (await _client.SendAsync(Letter([Attachment(bytes)]), EnvelopeEncoding.Xml)).Key;

    private static Attachment Attachment(byte[] bytes) => new()
    {
        Name = "lớn.bin", MediaType = "application/octet-stream", Size = bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
    };

    private static Envelope Letter(IReadOnlyList<Attachment> attachments) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Type = MessageType.Parse("vn.document.v1"),
        From = Self,
        To = [new Recipient(RecipientAddress.Parse("H06"))],
        Created = Answers.Milliseconds(TimeProvider.System.GetUtcNow()),
        Attachments = attachments,
    };

    private enum Damage
    {
        None,
        RequestLost,
        AnswerLost,
        BytesChanged,
        AnswerChanged,
        TokenRefused,
    }

    /// <summary>A line that does damage where a test says so; everything else reaches the real hub.</summary>
    private sealed class BadLine(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private readonly Dictionary<HttpMethod, int> _seen = [];
        private Func<HttpRequestMessage, int, Damage> _break = static (_, _) => Damage.None;

        public Func<HttpRequestMessage, int, Damage> Break
        {
            set
            {
                lock (_seen) _seen.Clear();
                _break = value;
            }
        }

        public int TokenRequests { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isToken = request.RequestUri!.AbsolutePath == "/oauth/token";
            if (isToken) TokenRequests++;
            var damage = isToken ? Damage.None : _break(request, Count(request.Method));
            switch (damage)
            {
                case Damage.RequestLost:
                    throw new HttpRequestException("The line broke.");
                case Damage.TokenRefused:
                    return new HttpResponseMessage(HttpStatusCode.Unauthorized);
                case Damage.BytesChanged:
                    var bytes = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
                    bytes[bytes.Length / 2] ^= 1;
                    var type = request.Content.Headers.ContentType;
                    request.Content = new ByteArrayContent(bytes);
                    request.Content.Headers.ContentType = type;
                    break;
            }

            var answer = await base.SendAsync(request, cancellationToken);
            if (damage == Damage.AnswerLost)
            {
                answer.Dispose();
                throw new HttpRequestException("The line broke.");
            }

            if (damage == Damage.AnswerChanged)
            {
                var text = await answer.Content.ReadAsStringAsync(cancellationToken);
                answer.Content = new StringContent(text.Replace("index ", "index 1", StringComparison.Ordinal));
            }

            return answer;
        }

        private int Count(HttpMethod method)
        {
            lock (_seen) return _seen[method] = _seen.GetValueOrDefault(method) + 1;
        }
    }
}
