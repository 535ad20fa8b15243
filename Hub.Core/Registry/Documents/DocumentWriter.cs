using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hub.Core.Registry.Documents;

/// <summary>Writes a content in the one normal form: fixed order of members, defaults left out, text always quoted. Reading
/// it gives an equal content, and writing that gives the same text.</summary>
internal sealed class DocumentWriter
{
    private readonly StringBuilder _text = new();

    internal static string Write(RegistryContent content)
    {
        var writer = new DocumentWriter();
        writer._text.Append(CultureInfo.InvariantCulture, $"hub: {content.Hub}\n");
        writer.Section("levels", content.Levels, l => Flow(
            ("code", Quote(l.Code)), ("nameVi", Quote(l.NameVi)), ("nameEn", Unless(l.NameEn, "")), ("order", Number(l.Order))));
        writer.Section("agencies", content.Agencies, a => Flow(
            ("code", Quote(a.Code.Value)), ("legacyCode", Quote(a.LegacyCode?.Value)), ("name", Quote(a.Name)), ("level", Quote(a.Level)),
            ("parent", Quote(a.Parent?.Value)), ("validFrom", Time(a.ValidFrom)), ("validUntil", Time(a.ValidUntil)),
            ("verified", a.Verified ? null : "false")));
        writer.Section("systems", content.Systems, System);
        writer.Section("services", content.Services, s => Flow(
            ("type", s.Type.Value), ("nameVi", Quote(s.NameVi)), ("nameEn", Unless(s.NameEn, "")),
            ("minimumAssurance", s.MinimumAssurance == Assurances.SenderSigned ? null : s.MinimumAssurance),
            ("maxBytes", s.MaxBytes is { } most ? Number(most) : null)));
        writer.Section("groups", content.Groups, g => Flow(
            ("name", Quote(g.Name)), ("version", Number(g.Version)), ("nameVi", Unless(g.NameVi, "")),
            ("members", List(g.Members.Select(m => m.Value)))));
        writer.Section("rights", content.Rights, r => Flow(
            ("from", Quote(r.From)), ("services", List(r.Services)), ("to", Quote(r.To)),
            ("maxPriority", r.MaxPriority == 2 ? null : Number(r.MaxPriority)), ("validFrom", Time(r.ValidFrom)), ("validUntil", Time(r.ValidUntil))));
        return writer._text.ToString();
    }

    private void Section<T>(string name, IReadOnlyList<T> items, Func<T, string> form)
    {
        if (items.Count == 0) return;
        _text.Append(name).Append(":\n");
        foreach (var item in items) _text.Append("  - ").Append(form(item)).Append('\n');
    }

    private static string System(AgencySystem system)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"address: {system.Address}\n    name: {Quote(system.Name)}");
        if (system.Receives.Count > 0) text.Append("\n    receives: ").Append(List(system.Receives.Select(t => t.Value)));
        text.Append("\n    channel: ").Append(Flow(
            ("kind", system.Channel.Kind), ("url", Quote(system.Channel.Url?.OriginalString)),
            ("allowPrivate", system.Channel.AllowPrivate ? "true" : null), ("app", Quote(system.Channel.App))));
        if (system.Policy != new DeliveryPolicy()) text.Append("\n    policy: ").Append(Policy(system.Policy));
        if (system.Keys.Count > 0) text.Append("\n    keys:");
        foreach (var key in system.Keys)
        {
            var certificate = key.Key.CertificateSha256 is { } digest ? Quote(Convert.ToHexStringLower(digest)) : null;
            text.Append("\n      - ").Append(Flow(
                ("id", Quote(key.Key.Id)),
                ("pem", Quote(PemEncoding.WriteString("PUBLIC KEY", key.Key.SubjectPublicKeyInfo.Span) + "\n")),
                ("certificateSha256", certificate), ("notBefore", Time(key.NotBefore)), ("notAfter", Time(key.NotAfter)),
                ("revoked", Time(key.Revoked)), ("development", key.Development ? "true" : null)));
        }

        return text.ToString();
    }

    private static string Policy(DeliveryPolicy policy)
    {
        var usual = new DeliveryPolicy();
        return Flow(
            ("maxAttempts", policy.MaxAttempts == usual.MaxAttempts ? null : Number(policy.MaxAttempts)),
            ("firstDelay", Unless(policy.FirstDelay, usual.FirstDelay)),
            ("maxDelay", Unless(policy.MaxDelay, usual.MaxDelay)),
            ("factor", Unless(policy.Factor, usual.Factor)),
            ("jitter", Unless(policy.Jitter, usual.Jitter)),
            ("maxAge", Unless(policy.MaxAge, usual.MaxAge)),
            ("timeout", Unless(policy.Timeout, usual.Timeout)),
            ("maxInFlight", policy.MaxInFlight == usual.MaxInFlight ? null : Number(policy.MaxInFlight)),
            ("claimDuration", Unless(policy.ClaimDuration, usual.ClaimDuration)));
    }

    private static string Flow(params IEnumerable<(string Name, string? Value)> members) =>
        "{" + string.Join(", ", members.Where(m => m.Value is not null).Select(m => $"{m.Name}: {m.Value}")) + "}";

    private static string List(IEnumerable<string> texts) => "[" + string.Join(", ", texts.Select(Quote)) + "]";

    private static string? Time(DateTimeOffset? time) => time is { } at ? ScalarForms.Write(at) : null;

    private static string? Unless(string text, string usual) => text == usual ? null : Quote(text);

    private static string? Unless(TimeSpan duration, TimeSpan usual) => duration == usual ? null : ScalarForms.Write(duration);

    private static string? Unless(double value, double usual) =>
        value.Equals(usual) ? null : ((decimal)value).ToString(CultureInfo.InvariantCulture);

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A double-quoted scalar; what YAML or an editor might change is escaped.</summary>
    [return: global::System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    private static string? Quote(string? text)
    {
        if (text is null) return null;
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' or '\uFFFE' or '\uFFFF'
                    => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }
}
