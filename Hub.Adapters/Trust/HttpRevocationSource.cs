using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hub.Core.Registry.Certificates;

namespace Hub.Adapters.Trust;

/// <summary>Asks the OCSP responders that a certificate names, then its CRLs; the first answer that counts is taken. A CRL is
/// fetched once for all that name it, one at a time; a source that failed is not tried again in the same round.</summary>
public sealed class HttpRevocationSource : IRevocationSource, IDisposable
{
    private const int Parallel = 8;
    private readonly RevocationFetch _fetch;
    private readonly TimeProvider _clock;

    /// <summary>Makes one.</summary>
    /// <param name="allowPrivate">Whether sources may be in private and loopback ranges.</param>
    /// <param name="clock">The clock.</param>
    public HttpRevocationSource(bool allowPrivate, TimeProvider clock)
        : this(new RevocationFetch(allowPrivate, clock), clock)
    {
    }

    internal HttpRevocationSource(RevocationFetch fetch, TimeProvider clock) => (_fetch, _clock) = (fetch, clock);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RevocationAnswer>> AskAsync(IReadOnlyList<IssuedCertificate> certificates, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(certificates);
        var questions = certificates.Select(static c => new Question(c)).ToList();
        try
        {
            var failed = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
            await System.Threading.Tasks.Parallel.ForEachAsync(
                questions, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
                async (question, token) => await AskRespondersAsync(question, failed, token));
            await FetchListsAsync(questions, cancellationToken);
            return questions.ConvertAll(static q => q.Answer ?? new RevocationAnswer(CertificateState.Unknown, null) { Fault = q.Faults() });
        }
        finally
        {
            questions.ForEach(static q => q.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _fetch.Dispose();

    private async Task AskRespondersAsync(Question question, ConcurrentDictionary<string, string> failed, CancellationToken cancellationToken)
    {
        foreach (var responder in question.Addresses.Ocsp)
        {
            var name = responder.GetLeftPart(UriPartial.Authority);
            if (failed.TryGetValue(name, out var before))
            {
                question.Fail(before);
                continue;
            }

            try
            {
                var request = new OcspRequest(CertificateId.Of(question.Certificate, question.Issuer));
                var answer = OcspResponse.Read(await _fetch.AskAsync(responder, request.Encode(), cancellationToken), request, question.Issuer, responder.AbsoluteUri, _clock.GetUtcNow());
                if (question.Take(answer)) return;
            }
            catch (RevocationFetchException down)
            {
                failed[name] = down.Message;
                question.Fail(down.Message);
            }
            catch (RevocationFaultException refused)
            {
                question.Fail($"{responder}: {refused.Message}");
            }
        }
    }

    private async Task FetchListsAsync(List<Question> questions, CancellationToken cancellationToken)
    {
        for (var turn = 0; ; turn++)
        {
            var open = questions.Where(q => q.Answer is null && q.Addresses.Crl.Count > turn).ToList();
            if (open.Count == 0) return;
            foreach (var list in open.GroupBy(q => (q.Addresses.Crl[turn], q.IssuerSha256))) await FetchListAsync(list.Key.Item1, [.. list], cancellationToken);
        }
    }

    private async Task FetchListAsync(Uri address, List<Question> questions, CancellationToken cancellationToken)
    {
        try
        {
            var der = PemOrDer(await _fetch.GetAsync(address, cancellationToken));
            var wanted = questions.Select(static q => CrlReader.Serial(q.Certificate)).ToHashSet(StringComparer.Ordinal);
            var list = CrlReader.Read(der, questions[0].Issuer, wanted, _clock.GetUtcNow());
            foreach (var question in questions)
            {
                var answer = new RevocationAnswer(CertificateState.Good, address.AbsoluteUri) { ThisUpdate = list.ThisUpdate, Until = list.NextUpdate };
                question.Take(list.Revoked.TryGetValue(CrlReader.Serial(question.Certificate), out var revoked)
                    ? answer with { State = CertificateState.Revoked, RevokedAt = revoked.At, Reason = revoked.Reason }
                    : answer);
            }
        }
        catch (RevocationFetchException down)
        {
            questions.ForEach(q => q.Fail(down.Message));
        }
        catch (RevocationFaultException refused)
        {
            questions.ForEach(q => q.Fail($"{address}: {refused.Message}"));
        }
    }

    private static ReadOnlyMemory<byte> PemOrDer(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith("-----BEGIN X509 CRL-----"u8) || !PemEncoding.TryFindUtf8(bytes, out var fields)) return bytes;
        var der = new byte[fields.DecodedDataLength];
        return Base64.DecodeFromUtf8(bytes.AsSpan(fields.Base64Data), der, out _, out var written) == System.Buffers.OperationStatus.Done ? der.AsMemory(0, written) : bytes;
    }

    private sealed class Question : IDisposable
    {
        private readonly List<string> _faults = [];

        internal Question(IssuedCertificate certificate)
        {
            Certificate = X509CertificateLoader.LoadCertificate(certificate.Certificate.Span);
            Issuer = X509CertificateLoader.LoadCertificate(certificate.Issuer.Span);
            IssuerSha256 = Issuer.GetCertHashString(HashAlgorithmName.SHA256);
            Addresses = RevocationAddresses.Of(Certificate);
            if (Addresses.IsEmpty) Fail("The certificate names neither an OCSP responder nor a CRL (http, https).");
        }

        internal X509Certificate2 Certificate { get; }

        internal X509Certificate2 Issuer { get; }

        internal string IssuerSha256 { get; }

        internal RevocationAddresses Addresses { get; }

        internal RevocationAnswer? Answer { get; private set; }

        public void Dispose()
        {
            Certificate.Dispose();
            Issuer.Dispose();
        }

        /// <summary>Takes an answer; false when it is none.</summary>
        internal bool Take(RevocationAnswer answer)
        {
            if (answer.State == CertificateState.Unknown) Fail($"{answer.Source}: {answer.Fault}");
            else Answer = answer;
            return Answer is not null;
        }

        internal void Fail(string fault) => _faults.Add(fault);

        internal string Faults() => string.Join(" ", _faults);
    }
}
