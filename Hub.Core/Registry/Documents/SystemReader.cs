using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Documents;

/// <summary>Reads one agency system: channel, policy and keys.</summary>
internal static class SystemReader
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(366);

    internal static AgencySystem? Read(ObjectReader o, Places places)
    {
        var address = o.RequiredValue<SystemAddress>("address", SystemAddress.TryParse, DocumentReader.SystemRule);
        var system = new AgencySystem
        {
            Address = address ?? default,
            Name = o.Required("name"),
            Receives = o.Values<MessageType>("receives", MessageType.TryParse, DocumentReader.TypeRule),
            Channel = ReadChannel(o.Object("channel")),
            Policy = ReadPolicy(o.Object("policy")),
            Keys = [.. o.Objects("keys").Select(k => KeyReader.Read(k, places)).OfType<SystemKey>()],
        };
        o.Close();
        return address is null ? null : places.Mark(system, o.Place);
    }

    private static ChannelSettings ReadChannel(ObjectReader? o)
    {
        if (o is null) return new ChannelSettings("mailbox");
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
        var usual = new DeliveryPolicy();
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
        };
        o.Close();
        if (policy.FirstDelay > policy.MaxDelay) o.Refuse("firstDelay", "is longer than maxDelay.");
        return policy;
    }
}
