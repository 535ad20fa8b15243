namespace Hub.Core.Registry.Rules;

/// <summary>Rules of rights.</summary>
internal static class RightRules
{
    internal static void Check(RuleRun run, Right right)
    {
        if (right.Id is { } id && !IdShape.Fits(id)) run.Wrong(right, "id", $"'{id}' is no name of a right: letters, digits and ._:- only, the first a letter or digit.{LookAlikes.Remark(id)}");
        CheckPattern(run, right, "from", right.From);
        CheckPattern(run, right, "to", right.To);
        if (right.Services.Count == 0) run.Wrong(right, "services", "is empty; name the services, or \"*\".");
        run.CheckInterval(right, "validFrom", right.ValidFrom, "validUntil", right.ValidUntil);
    }

    private static void CheckPattern(RuleRun run, Right right, string member, string text)
    {
        if (text.Length > 0 && !RightPattern.TryParse(text, out _))
            run.Wrong(right, member, $"is '{text}'; write agency/system, an agency code, under:agency, group:name, or \"*\".{LookAlikes.Remark(text)}");
    }
}
