using Hub.Core.Services;

namespace Hub.Core.Registry.Rules;

/// <summary>Rules of services. What a schema itself may say is judged where schemas are compiled.</summary>
internal static class ServiceRules
{
    internal static void Check(RuleRun run, Service service)
    {
        run.CheckName(service, "nameVi", service.NameVi);
        run.CheckName(service, "nameEn", service.NameEn);
        if (RegistrySnapshot.IsProtocol(service.Type)) run.Wrong(service, "type", $"{service.Type} is the hub's own; types hub.* are built in.");
        if (service.MinimumAssurance is not (Assurances.SenderSigned or Assurances.HubAttested))
            run.Wrong(service, "minimumAssurance", $"is '{service.MinimumAssurance}'; write sender-signed or hub-attested.");
        if (service.Function is { } function && !IdShape.FitsWord(function)) run.Wrong(service, "function", $"'{function}' is no function: lower-case letters, digits and ._- only.{LookAlikes.Remark(function)}");
        if (service.OnDead != OnDead.Hold && service.Order == ServiceOrder.None) run.Wrong(service, "onDead", "belongs to a service that demands order: conversation.");
        if (service.Deprecated >= service.Sunset) run.Wrong(service, "sunset", "is not after deprecated; tell users to move on before their messages are refused.");
        if (service.ReplacedBy == service.Type) run.Wrong(service, "replacedBy", "is the service itself.");
        CheckContent(run, service);
        ServiceContractRules.Check(service, run.FindBefore<Service>(RegistrySections.Services, service.Type.Value ?? ""), (member, detail) => run.Wrong(service, member, detail));
    }

    private static void CheckContent(RuleRun run, Service service)
    {
        var fields = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in service.Searchable)
        {
            if (!IdShape.FitsWord(field.Name)) run.Wrong(service, field, "name", "searchable", $"'{field.Name}' is no field name: lower-case letters, digits and ._- only.");
            if (!fields.Add(field.Name)) run.Wrong(service, field, "name", "searchable", $"'{field.Name}' stands twice.");
        }

        if (service.Confidentiality != Confidentiality.EndToEnd) return;
        if (service.Schema is not null) run.Wrong(service, "schema", "cannot be checked: the service is end-to-end, the hub never sees its content.");
        if (service.Searchable.Count > 0) run.Wrong(service, "searchable", "cannot be read: the service is end-to-end, the hub never sees its content.");
    }
}
