using Hub.Contracts.Problems;

namespace Hub.Host.Pages;

/// <summary>The problem catalogue for people, in both languages.</summary>
internal static class ProblemPages
{
    internal static HtmlPage All() => new("Problems", $"""
        <h1>Problems <span lang="vi">· Mã lỗi</span></h1>
        {HtmlPage.Both("Every refusal of this hub carries one of these codes, over HTTP, on the command line and in the log.", "Mỗi lần từ chối đều mang một trong các mã sau, qua HTTP, dòng lệnh và nhật ký.")}
        <table><thead><tr><th>Code</th><th>HTTP</th><th>Meaning</th></tr></thead><tbody>{string.Concat(ProblemCode.All.Select(Row))}</tbody></table>
        """);

    internal static HtmlPage One(ProblemCode code) => new(code.Code, $"""
        <h1>{HtmlPage.Text(code.TitleEn)}</h1><p lang="vi"><strong>{HtmlPage.Text(code.TitleVi)}</strong></p>
        <p class="soft"><code>{HtmlPage.Text(code.Code)}</code> · HTTP {code.HttpStatus}</p>
        <h2>What to do <span lang="vi">· Cách xử lý</span></h2>
        {HtmlPage.Both(code.RemedyEn, code.RemedyVi)}
        {HtmlPage.Both("The member 'detail' of the answer says what failed, with the values; 'traceId' finds the request in the hub's logs.", "Trường 'detail' nêu lỗi cụ thể kèm giá trị; 'traceId' dùng để tra cứu trong nhật ký hệ thống.")}
        <p><a href="/problems">All problems · Tất cả mã lỗi</a></p>
        """);

    private static string Row(ProblemCode code) => $"""
        <tr><td><a href="/problems/{HtmlPage.Text(code.Code)}"><code>{HtmlPage.Text(code.Code)}</code></a></td><td>{code.HttpStatus}</td>
        <td>{HtmlPage.Text(code.TitleEn)}<br><span lang="vi">{HtmlPage.Text(code.TitleVi)}</span></td></tr>
        """;
}
