using Hub.Core.Registry;
using Hub.Core.Storage;
using Hub.Core.Trail;

namespace Hub.Host.Pages;

/// <summary><c>/</c>: what this hub is, how much it carries, and the head of its log.</summary>
internal static class HomePage
{
    private static readonly IReadOnlyDictionary<DeliveryState, string> StateNames = new Dictionary<DeliveryState, string>
    {
        [DeliveryState.Queued] = "Queued · Đang chờ",
        [DeliveryState.Claimed] = "In transit · Đang chuyển",
        [DeliveryState.Delivered] = "Delivered · Đã chuyển",
        [DeliveryState.Acknowledged] = "Acknowledged · Đã xác nhận",
        [DeliveryState.Dead] = "Dead · Không chuyển được",
        [DeliveryState.Expired] = "Expired · Quá hạn",
        [DeliveryState.Cancelled] = "Cancelled · Đã hủy",
    };

    internal static void Map(IEndpointRouteBuilder routes) => routes.MapGet("/", ShowAsync).ExcludeFromDescription();

    private static async Task<IResult> ShowAsync(HttpContext context, IHubStore store, IRegistry registry, IHubKeys keys)
    {
        var statistics = await store.ReadStatisticsAsync(context.RequestAborted);
        var note = await store.FindCheckpointAsync(cancellationToken: context.RequestAborted) ?? "";
        return HtmlPage.Result(context, Compose(registry.Current, statistics, note, keys.LogVerifier.ToString()));
    }

    private static HtmlPage Compose(RegistrySnapshot registry, StoreStatistics statistics, string note, string logKey) => new($"Hub {registry.Hub}", $"""
        <h1>Hub <code>{HtmlPage.Text(registry.Hub.ToString())}</code></h1>
        {HtmlPage.Both("An interoperability bus: it carries signed documents between agencies and proves every step.", "Trục liên thông: chuyển văn bản, dữ liệu có ký số giữa các cơ quan và chứng minh được từng bước.")}
        <div class="cards">
        {Card(statistics.Messages, "Messages · Thông điệp")}
        {string.Concat(StateNames.Select(pair => (Count: statistics.Deliveries.GetValueOrDefault(pair.Key), pair.Value)).Where(static row => row.Count > 0).Select(static row => Card(row.Count, row.Value)))}
        {Card(registry.Agencies.Count(), "Agencies · Cơ quan")}
        {Card(registry.Systems.Count(), "Systems · Hệ thống")}
        </div>
        <h2>Head of the log <span lang="vi">· Đầu nhật ký</span></h2>
        {HtmlPage.Both("Nobody, the operator included, can change what stands below this head unnoticed. Keep a copy; 'hub log verify --since FILE' compares.", "Không ai, kể cả đơn vị vận hành, có thể sửa nhật ký mà không bị phát hiện. Hãy lưu lại một bản để đối chiếu.")}
        <pre>{HtmlPage.Text(note)}</pre>
        <p class="soft">Key · Khóa: <code>{HtmlPage.Text(logKey)}</code></p>
        <h2>For developers and operators <span lang="vi">· Dành cho kỹ thuật</span></h2>
        <table><tbody>
        {Link("/docs", "The API, readable", "Tài liệu API")}
        {Link("/openapi/v1.json", "The API as OpenAPI 3.1", "Mô tả OpenAPI 3.1")}
        {Link("/problems", "Every problem code and its remedy", "Mã lỗi và cách xử lý")}
        {Link("/log/checkpoint", "Signed head of the log", "Đầu nhật ký có chữ ký")}
        {Link("/metrics", "Metrics (OpenMetrics)", "Số đo vận hành")}
        {Link("/health/ready", "Readiness", "Tình trạng sẵn sàng")}
        </tbody></table>
        """);

    private static string Card(long count, string label) =>
        $"<div class=\"card\"><b>{count.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)}</b>{HtmlPage.Text(label)}</div>";

    private static string Link(string path, string english, string vietnamese) =>
        $"<tr><td><a href=\"{path}\"><code>{path}</code></a></td><td>{HtmlPage.Text(english)}<br><span lang=\"vi\">{HtmlPage.Text(vietnamese)}</span></td></tr>";
}
