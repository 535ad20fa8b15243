using Hub.Contracts.Addresses;
using Hub.Contracts.Envelopes;

namespace Hub.Core.Registry.Documents;

/// <summary>What was read, where, with the mistakes found so far.</summary>
internal sealed record Draft(RegistryContent Content, Places Places);

/// <summary>Reads the sections of a registry document. Objects whose identity cannot be read are left out, others are kept
/// with what could be read, so that later checks do not report what follows from an earlier mistake.</summary>
internal sealed class DocumentReader(Mistakes mistakes)
{
    internal const string TypeRule = "a message type such as vn.document.v1.";
    internal const string SystemRule = "a system address such as H29.12/qlvb.";
    private const string CodeRule = "an agency code such as H29.12.03.";
    private readonly Places _places = new();

    /// <summary>Reads a text; null when it cannot be read at all (the mistakes say why).</summary>
    internal Draft? Read(string text)
    {
        if (YamlReader.Read(text, mistakes) is not { } root) return null;
        var document = new ObjectReader(root, "", mistakes);
        var content = new RegistryContent
        {
            Hub = document.RequiredValue<SystemAddress>("hub", SystemAddress.TryParse, SystemRule) ?? default,
            Levels = [.. document.Objects("levels").Select(ReadLevel).OfType<Level>()],
            Agencies = [.. document.Objects("agencies").Select(ReadAgency).OfType<Agency>()],
            Systems = [.. document.Objects("systems").Select(o => SystemReader.Read(o, _places)).OfType<AgencySystem>()],
            Services = [.. document.Objects("services").Select(ReadService).OfType<Service>()],
            Groups = [.. document.Objects("groups").Select(ReadGroup).OfType<Group>()],
            Rights = [.. document.Objects("rights").Select(ReadRight).OfType<Right>()],
        };
        document.Close();
        return new Draft(_places.Mark(content, document.Place), _places);
    }

    private Level? ReadLevel(ObjectReader o)
    {
        var code = o.Required("code", 32);
        var level = new Level(code, o.Required("nameVi"), o.Text("nameEn") ?? "", o.Number("order", 1, 1000) ?? 1);
        o.Close();
        return code.Length == 0 ? null : _places.Mark(level, o.Place);
    }

    private Agency? ReadAgency(ObjectReader o)
    {
        var code = o.RequiredValue<AgencyCode>("code", AgencyCode.TryParse, CodeRule);
        var agency = new Agency
        {
            Code = code ?? default,
            LegacyCode = o.Value<AgencyCode>("legacyCode", AgencyCode.TryParse, "a QCVN 102 code such as 000.12.03.H29."),
            Name = o.Required("name"),
            Level = o.Required("level", 32),
            Parent = o.Value<AgencyCode>("parent", AgencyCode.TryParse, CodeRule),
            ValidFrom = o.Time("validFrom"),
            ValidUntil = o.Time("validUntil"),
            Verified = o.Flag("verified", otherwise: true),
        };
        o.Close();
        return code is null ? null : _places.Mark(agency, o.Place);
    }

    private Service? ReadService(ObjectReader o)
    {
        var type = o.RequiredValue<MessageType>("type", MessageType.TryParse, TypeRule);
        var service = new Service(
            type ?? default,
            o.Required("nameVi"),
            o.Text("nameEn") ?? "",
            o.Text("minimumAssurance") ?? Assurances.SenderSigned,
            o.Number("maxBytes", 1, EnvelopeLimits.Default.MaxBytes));
        o.Close();
        return type is null ? null : _places.Mark(service, o.Place);
    }

    private Group? ReadGroup(ObjectReader o)
    {
        var name = o.Required("name", 64);
        var group = new Group(
            name,
            o.Number("version", 1, int.MaxValue) ?? 1,
            o.Text("nameVi") ?? "",
            o.Values<RecipientAddress>("members", RecipientAddress.TryParse, "an agency code or agency/system."));
        o.Close();
        return name.Length == 0 ? null : _places.Mark(group, o.Place);
    }

    private Right ReadRight(ObjectReader o)
    {
        var right = new Right(
            o.Required("from", 80),
            [.. o.Values("services", static (string text, out ServiceName value) => ServiceName.TryParse(text, out value), "'*' or " + TypeRule).Select(s => s.Value)],
            o.Required("to", 80),
            o.Number("maxPriority", 0, 4) ?? 2,
            o.Time("validFrom"),
            o.Time("validUntil"));
        o.Close();
        return _places.Mark(right, o.Place);
    }

    /// <summary>What a right may name as a service: a type or <c>*</c>.</summary>
    private readonly record struct ServiceName(string Value)
    {
        internal static bool TryParse(string text, out ServiceName name)
        {
            name = new ServiceName(text);
            return text == "*" || MessageType.TryParse(text, out _);
        }
    }
}
