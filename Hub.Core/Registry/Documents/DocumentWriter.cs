using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hub.Core.Registry.Documents;

/// <summary>Writes a content in the one normal form: fixed order of members, defaults left out, text always quoted. Reading
/// it gives an equal content, and writing that gives the same text.</summary>
internal static class DocumentWriter
{
    /// <summary>One object of a document in its normal form.</summary>
    /// <param name="Section">The list it stands in; keys are listed by themselves as <c>keys</c>.</param>
    /// <param name="Id">What names it within its section.</param>
    /// <param name="Text">Its normal form.</param>
    internal readonly record struct Form(string Section, string Id, string Text);

    internal static string Write(RegistryContent content)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"hub: {content.Hub}\n");
        var section = "";
        foreach (var form in Forms(content))
        {
            if (form.Section == "keys")
            {
                // Keys follow their system, which has announced them.
                text.Append("      - ").Append(form.Text).Append('\n');
                continue;
            }

            if (form.Section != section) text.Append(section = form.Section).Append(":\n");
            text.Append("  - ").Append(form.Text).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Every object in the order in which it is written; the keys of a system right after it.</summary>
    internal static IEnumerable<Form> Forms(RegistryContent content) =>
    [
        .. content.Levels.Select(l => new Form("levels", l.Code, Flow(
            ("code", Quote(l.Code)), ("nameVi", Quote(l.NameVi)), ("nameEn", Unless(l.NameEn, "")), ("order", Number(l.Order))))),
        .. content.Agencies.Select(a => new Form("agencies", a.Code.Value, Flow(
            ("code", Quote(a.Code.Value)), ("legacyCode", Quote(a.LegacyCode?.Value)), ("name", Quote(a.Name)), ("level", Quote(a.Level)),
            ("parent", Quote(a.Parent?.Value)), ("validFrom", Time(a.ValidFrom)), ("validUntil", Time(a.ValidUntil)),
            ("verified", a.Verified ? null : "false")))),
        .. content.Systems.SelectMany(s => s.Keys.Select(k => Key(s, k)).Prepend(new Form("systems", s.Address.ToString(), System(s)))),
        .. content.Services.Select(s => new Form("services", s.Type.Value, Flow(
            ("type", s.Type.Value), ("nameVi", Quote(s.NameVi)), ("nameEn", Unless(s.NameEn, "")),
            ("minimumAssurance", s.MinimumAssurance == Assurances.SenderSigned ? null : s.MinimumAssurance),
            ("maxBytes", s.MaxBytes is { } most ? Number(most) : null)))),
        .. content.Groups.Select(g => new Form("groups", g.Name, Flow(
            ("name", Quote(g.Name)), ("version", Number(g.Version)), ("nameVi", Unless(g.NameVi, "")),
            ("members", List(g.Members.Select(m => m.Value)))))),
        .. content.Rights.Select(Right),
    ];

    private static Form Right(Right right)
    {
        var text = Flow(
            ("from", Quote(right.From)), ("services", List(right.Services)), ("to", Quote(right.To)),
            ("maxPriority", right.MaxPriority == 2 ? null : Number(right.MaxPriority)),
            ("validFrom", Time(right.ValidFrom)), ("validUntil", Time(right.ValidUntil)));
        return new Form("rights", text, text);
    }

    private static Form Key(AgencySystem system, SystemKey key) => new("keys", $"{system.Address} {key.Key.Id} {key.Key.Thumbprint}", Flow(
        ("id", Quote(key.Key.Id)),
        ("pem", Quote(PemEncoding.WriteString("PUBLIC KEY", key.Key.SubjectPublicKeyInfo.Span) + "\n")),
        ("certificateSha256", key.Key.CertificateSha256 is { } digest ? Quote(Convert.ToHexStringLower(digest)) : null),
        ("notBefore", Time(key.NotBefore)), ("notAfter", Time(key.NotAfter)),
        ("revoked", Time(key.Revoked)), ("development", key.Development ? "true" : null)));

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
    internal static string? Quote(string? text)
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
