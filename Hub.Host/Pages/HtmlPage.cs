using System.Net.Mime;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Hub.Host.Api;

namespace Hub.Host.Pages;

/// <summary>A self-contained page: no script, no foreign resource, one style allowed by its hash.</summary>
/// <param name="Title">Title, plain text.</param>
/// <param name="Body">Body, HTML whose values went through <see cref="Text"/>.</param>
internal sealed record HtmlPage(string Title, string Body)
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private const string Style = """
        :root{color-scheme:light dark;--ink:#1b2430;--soft:#5b6776;--line:#d9dfe6;--paper:#fff;--tint:#f4f6f9;--accent:#a31621}
        @media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#313b48;--paper:#141a22;--tint:#1c242e;--accent:#ff7a7f}}
        *{box-sizing:border-box}body{margin:0;font:16px/1.6 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:var(--ink);background:var(--paper)}
        main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}header{padding-top:1.5rem}header a{color:inherit;text-decoration:none;font-weight:700;letter-spacing:.02em}
        header:after{content:"";display:block;height:3px;margin-top:.75rem;background:var(--accent)}h1{font-size:1.7rem;line-height:1.25;margin:1.75rem 0 .5rem}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}h3{font-size:1rem;margin:1.6rem 0 .25rem}
        a{color:var(--accent)}.vi,.soft{color:var(--soft)}[lang=vi]{color:var(--soft)}p{margin:.4rem 0}code,pre{font:.875em/1.5 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace;background:var(--tint);border-radius:4px}
        code{padding:.1em .35em;overflow-wrap:anywhere}pre{padding:.8rem 1rem;overflow:auto}table{border-collapse:collapse;width:100%;margin:.75rem 0}th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-bottom:1px solid var(--line)}
        th{font-weight:600;color:var(--soft);font-size:.9rem}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1.25rem 0}.card{background:var(--tint);border-radius:8px;padding:.8rem 1rem}
        .card b{display:block;font-size:1.6rem;line-height:1.2;font-variant-numeric:tabular-nums}.verb{display:inline-block;min-width:4.2em;font-weight:700;color:var(--accent)}details{border-bottom:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer}
        footer{margin-top:3rem;padding-bottom:2rem;color:var(--soft);font-size:.9rem}
        """;

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>Encodes a value for text and attributes.</summary>
    internal static string Text(string? value) => Encoder.Encode(value ?? "");

    /// <summary>A line in both languages.</summary>
    internal static string Both(string english, string vietnamese) => $"<p>{Text(english)}</p><p lang=\"vi\">{Text(vietnamese)}</p>";

    /// <summary>A page that is the same for everybody as long as the program runs.</summary>
    internal static Task<IResult> FixedAsync(HttpContext context, string name, Func<Task<HtmlPage>> page)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return context.RequestServices.GetRequiredService<FixedAnswers>()
            .GetAsync(context, name, "text/html; charset=utf-8", async () => Encoding.UTF8.GetBytes((await page()).Render()));
    }

    internal static IResult Result(HttpContext context, HtmlPage page)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        return Results.Content(page.Render(), MediaTypeNames.Text.Html, Encoding.UTF8);
    }

    private string Render() => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
        <title>{Text(Title)}</title><link rel="icon" href="data:,"><style>{Style}</style></head>
        <body><header><a href="/">Hub · Trục liên thông</a></header><main>{Body}</main>
        <footer><a href="/">Home</a> · <a href="/docs">API</a> · <a href="/problems">Problems · Mã lỗi</a> · <a href="/log/checkpoint">Log</a></footer></body></html>
        """;
}
