using System.Text.RegularExpressions;
using Hub.Tests.House;

namespace Hub.Tests.Deploy;

[TestFixture]
public sealed partial class MonitoringTests
{
    private static IEnumerable<AlertRule> Rules => WatchedFiles.Rules;

    [Test]
    public void Rules_HaveNamesOfTheirOwn() => Assert.That(WatchedFiles.Rules.Select(static r => r.Name), Is.Unique.And.Not.Empty);

    [TestCaseSource(nameof(Rules))]
    public void Rule_SaysHowGrave_InBothLanguages_AndWhatToRead(AlertRule rule)
    {
        Assert.That(rule.Severity, Is.AnyOf("critical", "warning", "info"));
        Assert.That(rule.For, Does.Match("^[0-9]+[smh]$"));
        Assert.That(rule.Annotations["summary"], Is.Not.Empty.And.Not.EqualTo(rule.Annotations["summary_vi"]));
        Assert.That(rule.Annotations["summary_vi"], Does.Match("[àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ]"));
        var (file, anchor) = rule.Annotations["page"].Split('#') is [var path, var heading] ? (path, heading) : throw new AssertionException("A page is file#anchor.");
        Assert.That(Anchors(file), Does.Contain(anchor));
    }

    [Test]
    public void Expressions_AreWellFormed() => Assert.Multiple(() =>
    {
        foreach (var (place, expression) in WatchedFiles.Expressions) Assert.That(() => PromQl.Parse(expression), Throws.Nothing, $"{place}: {expression}");
    });

    [Test]
    public void Panels_StandBesideEachOther_EachWithItsQueries()
    {
        Assert.That(WatchedFiles.Panels.Select(static p => p["id"]!.GetValue<int>()), Is.Unique);
        var taken = new HashSet<(int, int)>();
        foreach (var panel in WatchedFiles.Panels)
        {
            var place = panel["gridPos"]!;
            var (x, y, w, h) = (place["x"]!.GetValue<int>(), place["y"]!.GetValue<int>(), place["w"]!.GetValue<int>(), place["h"]!.GetValue<int>());
            Assert.That(x + w, Is.LessThanOrEqualTo(24), panel["title"]!.ToString());
            for (var i = 0; i < w * h; i++) Assert.That(taken.Add((x + (i % w), y + (i / w))), Is.True, $"{panel["title"]} lies over another");
            if (panel["type"]!.GetValue<string>() != "row") Assert.That(panel["targets"]!.AsArray(), Is.Not.Empty, panel["title"]!.ToString());
        }
    }

    [Test]
    public void Scrape_AsksEveryNodeByItself_WithTheToken()
    {
        var job = DeployedFile.Yaml("prometheus", "scrape.yaml")[0].At("scrape_configs", 0);
        Assert.That((job.Word("job_name"), job.Word("metrics_path"), job.Word("scheme"), job.Word("authorization", "type")), Is.EqualTo(("hub", "/metrics", "https", "Bearer")));
        Assert.That(ApiPaths.All, Does.Contain("/metrics"));
    }

    /// <summary>Anchors of a guide's headings, as they are made from their words.</summary>
    private static IEnumerable<string> Anchors(string file) => File.ReadLines(Repository.PathOf(file.Split('/')))
        .Where(static line => line.StartsWith('#'))
        .Select(static line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    [GeneratedRegex(@"[^\p{L}\p{N} _-]")]
    private static partial Regex NotInAnchors();
}
