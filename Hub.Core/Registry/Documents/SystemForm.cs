using System.Text.Json.Nodes;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>An agency system: channel and policy. In a document its keys stand within it, elsewhere they are objects of their
/// own.</summary>
internal sealed class SystemForm() : SectionForm<AgencySystem>(RegistrySections.Systems, "system")
{
    internal const string AddressRule = "a system address such as H29.12/qlvb.";
    private static readonly ChannelSettings UsualChannel = new("mailbox");
    private static readonly DeliveryPolicy UsualPolicy = new();
    private static readonly TimeSpan Long = TimeSpan.FromDays(366);

    internal override string Id(AgencySystem record) => record.Address.ToString();

    internal override IEnumerable<(string Member, string Text)> Naming(string id) => [("address", id)];

    internal override JsonObject Members(AgencySystem record) => new ObjectWriter()
        .Text("address", record.Address.ToString())
        .Text("name", record.Name)
        .Texts("receives", record.Receives.Select(t => t.Value))
        .Object("channel", record.Channel == UsualChannel ? null : Channel(record.Channel))
        .Object("policy", record.Policy == UsualPolicy ? null : Policy(record.Policy)).Json;

    internal override AgencySystem? ReadRecord(ObjectReader o, Places places)
    {
        if (!o.Stored && o.Has("keys")) o.Refuse("keys", $"are objects of their own, in the section {RegistrySections.Keys}.");
        return Read(o, places, keys: null);
    }

    /// <summary>Reads a system of a document, with the keys in it.</summary>
    internal static AgencySystem? ReadWithKeys(ObjectReader o, Places places) =>
        Read(o, places, keys: () => [.. o.Objects("keys").Select(k => KeyForm.ReadPlain(k, places)).OfType<SystemKey>()]);

    private static AgencySystem? Read(ObjectReader o, Places places, Func<IReadOnlyList<SystemKey>>? keys)
    {
        var address = o.RequiredValue<SystemAddress>("address", SystemAddress.TryParse, AddressRule);
        var system = new AgencySystem
        {
            Address = address ?? default,
            Name = o.Required("name"),
            Receives = o.Values<MessageType>("receives", MessageType.TryParse, ServiceForm.TypeRule),
            Channel = ReadChannel(o.Object("channel")),
            Policy = ReadPolicy(o.Object("policy")),
            Keys = keys?.Invoke() ?? [],
        };
        o.Close();
        return address is null ? null : places.Mark(system, o.Place);
    }

    private static JsonObject Channel(ChannelSettings channel) => new ObjectWriter()
        .Text("kind", channel.Kind)
        .Text("url", channel.Url?.OriginalString)
        .Flag("allowPrivate", channel.AllowPrivate)
        .Text("app", channel.App).Json;

    private static JsonObject Policy(DeliveryPolicy policy) => new ObjectWriter()
        .Number("maxAttempts", policy.MaxAttempts, UsualPolicy.MaxAttempts)
        .Duration("firstDelay", policy.FirstDelay, UsualPolicy.FirstDelay)
        .Duration("maxDelay", policy.MaxDelay, UsualPolicy.MaxDelay)
        .Fraction("factor", policy.Factor, UsualPolicy.Factor)
        .Fraction("jitter", policy.Jitter, UsualPolicy.Jitter)
        .Duration("maxAge", policy.MaxAge, UsualPolicy.MaxAge)
        .Duration("timeout", policy.Timeout, UsualPolicy.Timeout)
        .Number("maxInFlight", policy.MaxInFlight, UsualPolicy.MaxInFlight)
        .Duration("claimDuration", policy.ClaimDuration, UsualPolicy.ClaimDuration)
        .Fraction("sendRate", policy.SendRate ?? 0, 0)
        .Number("sendBurst", policy.SendBurst)
        .Number("maxQueued", policy.MaxQueued, UsualPolicy.MaxQueued)
        .Number("maxRate", policy.MaxRate)
        .Number("breakerFailures", policy.BreakerFailures, UsualPolicy.BreakerFailures)
        .Duration("breakerOpen", policy.BreakerOpen, UsualPolicy.BreakerOpen)
        .Duration("ageAlarm", policy.AgeAlarm, UsualPolicy.AgeAlarm)
        .Duration("heartbeat", policy.Heartbeat).Json;

    private static ChannelSettings ReadChannel(ObjectReader? o)
    {
        if (o is null) return UsualChannel;
        var kind = o.Required("kind", 32);
        var url = o.Text("url", 2000);
        var channel = new ChannelSettings(
            kind,
            url is null ? null : PushUrl(o, url),
            o.Flag("allowPrivate", otherwise: false),
            o.Text("app", 64));
        o.Close();
        switch (kind)
        {
            case "" or "mailbox" or "push" or "app": break;
            default: o.Refuse("kind", $"is '{kind}'; this hub knows mailbox, push and app."); break;
        }

        if (kind == "push" && url is null) o.Refuse("url", "is missing: a push channel needs the address to push to.");
        if (kind != "push" && url is not null) o.Refuse("url", "belongs to a push channel only.");
        if (kind != "push" && channel.AllowPrivate) o.Refuse("allowPrivate", "belongs to a push channel only.");
        if (kind == "app" && channel.App is null) o.Refuse("app", "is missing: name the app on the bus.");
        if (kind != "app" && channel.App is not null) o.Refuse("app", "belongs to an app channel only.");
        return channel;
    }

    private static Uri? PushUrl(ObjectReader o, string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var url)
            && url.Scheme is "https" or "http"
            && url is { UserInfo: "", Fragment: "", Host.Length: > 0 }) return url;
        o.Refuse("url", $"is '{text}'; write an absolute http(s) address without user and fragment.");
        return null;
    }

    private static DeliveryPolicy ReadPolicy(ObjectReader? o)
    {
        var usual = UsualPolicy;
        if (o is null) return usual;
        var policy = new DeliveryPolicy
        {
            MaxAttempts = o.Number("maxAttempts", 1, 1000) ?? usual.MaxAttempts,
            FirstDelay = o.Duration("firstDelay", TimeSpan.FromMilliseconds(1), Long) ?? usual.FirstDelay,
            MaxDelay = o.Duration("maxDelay", TimeSpan.FromMilliseconds(1), Long) ?? usual.MaxDelay,
            Factor = o.Fraction("factor", 1, 100) ?? usual.Factor,
            Jitter = o.Fraction("jitter", 0, 1) ?? usual.Jitter,
            MaxAge = o.Duration("maxAge", TimeSpan.FromSeconds(1), Long) ?? usual.MaxAge,
            Timeout = o.Duration("timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)) ?? usual.Timeout,
            MaxInFlight = o.Number("maxInFlight", 1, 1000) ?? usual.MaxInFlight,
            ClaimDuration = o.Duration("claimDuration", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)) ?? usual.ClaimDuration,
            SendRate = o.Fraction("sendRate", 0.001, 1_000_000),
            SendBurst = o.Number("sendBurst", 1, 10_000_000),
            MaxQueued = o.Number("maxQueued", 1, 100_000_000) ?? usual.MaxQueued,
            MaxRate = o.Number("maxRate", 1, 100_000),
            BreakerFailures = o.Number("breakerFailures", 0, 1000) ?? usual.BreakerFailures,
            BreakerOpen = o.Duration("breakerOpen", TimeSpan.FromSeconds(1), Long) ?? usual.BreakerOpen,
            AgeAlarm = o.Duration("ageAlarm", TimeSpan.FromSeconds(1), Long) ?? usual.AgeAlarm,
            Heartbeat = o.Duration("heartbeat", TimeSpan.FromMinutes(1), Long),
        };
        o.Close();
        if (policy.SendBurst is not null && policy.SendRate is null) o.Refuse("sendBurst", "belongs to sendRate, which is missing.");
        if (policy.FirstDelay > policy.MaxDelay) o.Refuse("firstDelay", "is longer than maxDelay.");
        return policy;
    }
}
