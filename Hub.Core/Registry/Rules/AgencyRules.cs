using System.Globalization;
using Hub.Contracts.Addresses;

namespace Hub.Core.Registry.Rules;

/// <summary>Rules of levels, agencies and their codes, each by itself; the tree is judged over time, see
/// <see cref="ReorganisationTimeline"/>.</summary>
internal static class AgencyRules
{
    internal static void Check(RuleRun run, Level level)
    {
        run.CheckName(level, "nameVi", level.NameVi);
        run.CheckName(level, "nameEn", level.NameEn);
    }

    internal static void Check(RuleRun run, Agency agency)
    {
        run.CheckName(agency, "name", agency.Name);
        run.CheckInterval(agency, "validFrom", agency.ValidFrom, "validUntil", agency.ValidUntil);
        if (agency.LegacyCode is { Scheme: not AgencyCodeScheme.Qcvn102 } legacy) run.Wrong(agency, "legacyCode", $"{legacy} has not the QCVN 102 form, e.g. 000.12.03.H29.");
        if (agency.TerritoryCode is { } territory && !IsTerritory(territory)) run.Wrong(agency, "territoryCode", $"is '{territory}'; a territory code has 2 digits for a province, 3 for a district, 5 for a commune.");
        CheckCode(run, agency, "code", Claims.OfCode(agency.Code.Value), agency.Code.Value, agency.Code.Value);
        if (agency.LegacyCode is { } older) CheckCode(run, agency, "legacyCode", Claims.OfCode(older.Value), older.Value, agency.Code.Value);
        CheckReturn(run, agency);
        CheckLook(run, agency);
    }

    internal static void Check(RuleRun run, CodeEntry entry)
    {
        run.CheckInterval(entry, "validFrom", entry.ValidFrom, "validUntil", entry.ValidUntil);
        var territory = entry.Scheme == "territory";
        var right = entry.Scheme switch
        {
            "territory" => IsTerritory(entry.Code),
            "qd20" => AgencyCode.TryParse(entry.Code, out var code) && code.Scheme != AgencyCodeScheme.Qcvn102,
            "qcvn102" => AgencyCode.TryParse(entry.Code, out var code) && code.Scheme == AgencyCodeScheme.Qcvn102,
            _ => true,
        };
        if (entry.Scheme is not ("qd20" or "qcvn102" or "territory")) run.Wrong(entry, "scheme", $"is '{entry.Scheme}'; write qd20, qcvn102 or territory.");
        if (!right) run.Wrong(entry, "code", $"'{entry.Code}' has not the form of the scheme {entry.Scheme}.{LookAlikes.Remark(entry.Code)}");
        CheckCode(run, entry, "code", territory ? Claims.OfTerritory(entry.Code) : Claims.OfCode(entry.Code), entry.Code, entry.Agency.Value);
    }

    private static bool IsTerritory(string code) => code.Length is 2 or 3 or 5 && code.All(char.IsAsciiDigit);

    /// <summary>A code belongs to one agency, for ever.</summary>
    private static void CheckCode(RuleRun run, object record, string member, string claim, string code, string holder)
    {
        if (run.After.Holder(claim) is { } now && now.Holder != holder)
            run.Wrong(record, member, $"{code} is the code of another agency too, of {now.Holder}.");
        else if ((run.Context.Ledger?.HolderOf(claim) ?? run.Before?.Holder(claim)?.Holder) is { } once && once != holder)
            run.Wrong(record, member, $"{code} was the code of {once}; a code is never given to another agency, since old messages name it.");
    }

    private static void CheckReturn(RuleRun run, Agency agency)
    {
        if (run.FindBefore<Agency>(RegistrySections.Agencies, agency.Code.Value) is null
            && run.Context.Ledger?.NameOf(agency.Code.Value) is { } name && name != agency.Name)
            run.Wrong(agency, "code", string.Create(CultureInfo.InvariantCulture, $"{agency.Code} was the code of '{name}' once; it may come back under that name only."));
    }

    private static void CheckLook(RuleRun run, Agency agency)
    {
        if (run.After.Holder(Claims.OfLook(agency.Code.Value)) is { } alike && alike.Holder != agency.Code.Value)
            run.Warn($"{agency.Code} looks like {alike.Holder}, the code of another agency: only O and 0, or I and 1, differ.");
    }
}
