using Hub.Contracts.Problems;
using Hub.Host.Api.Problems;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class ProblemDocumentTests
{
    [Test]
    public void Create_WithItems_HasEveryMember()
    {
        var problem = new Problem(ProblemCode.UnknownRecipient, "2 of 3 recipients are bad.")
        {
            Items = [new ProblemItem("H99", ProblemCode.UnknownRecipient, "'H99' is not in the registry.")],
            RetryAfter = TimeSpan.FromMilliseconds(1200),
            MessageKey = new string('a', 64),
        };
        var document = ProblemDocument.Create(problem, 422, "https://hub.example", "/api/v1/messages", "t1");
        Assert.Multiple(() =>
        {
            Assert.That(document["type"]!.GetValue<string>(), Is.EqualTo("https://hub.example/problems/unknown-recipient"));
            Assert.That(document["status"]!.GetValue<int>(), Is.EqualTo(422));
            Assert.That(document["code"]!.GetValue<string>(), Is.EqualTo("unknown-recipient"));
            Assert.That(document["traceId"]!.GetValue<string>(), Is.EqualTo("t1"));
            Assert.That(document["items"]![0]!["subject"]!.GetValue<string>(), Is.EqualTo("H99"));
            Assert.That(document["retryAfterSeconds"]!.GetValue<long>(), Is.EqualTo(2));
            foreach (var member in new[] { "title", "titleVi", "detail", "instance", "remedy", "remedyVi", "message" }) Assert.That(document[member], Is.Not.Null, member);
        });
    }

    [Test]
    public void Catalogue_EveryCode_HasItsPageInBothLanguages()
    {
        foreach (var code in ProblemCode.All)
        {
            var page = Hub.Host.Pages.ProblemPages.One(code);
            Assert.That(page.Body, Does.Contain(code.Code).And.Contain(Hub.Host.Pages.HtmlPage.Text(code.RemedyVi)).And.Contain(Hub.Host.Pages.HtmlPage.Text(code.RemedyEn)));
        }
    }

    [Test]
    public void Text_Markup_IsEncoded() => Assert.That(Hub.Host.Pages.HtmlPage.Text("<script>\"&'"), Does.Not.Contain("<").And.Not.Contain("\""));
}
