using System.Globalization;
using Hub.Contracts.Messages;
using Hub.Core.Registry;

namespace Hub.Core.Notices;

/// <summary>The words of the hub's notices, in Vietnamese and English; times in Vietnam's zone. Pure.</summary>
internal static class NoticeTexts
{
    private static readonly TimeSpan Vietnam = TimeSpan.FromHours(7);

    internal static Notice KeyExpiring(ExpiringKey key, DateTimeOffset now) => new(
        "key-expiring",
        $"Khóa '{key.Key}' hết hạn ngày {DayVi(key.NotAfter)}",
        $"Key '{key.Key}' expires on {DayEn(key.NotAfter)}",
        $"Khóa {(key.Use == "encryption" ? "mã hóa" : "ký")} '{key.Key}' của {key.Owner} (SHA-256 {key.Thumbprint[..16]}…) hết hạn lúc {HourVi(key.NotAfter)} (giờ Việt Nam), còn không quá {key.Threshold} ngày. Hãy đăng ký khóa mới trước thời điểm đó; khóa cũ và khóa mới có thể cùng hiệu lực.",
        $"The {key.Use} key '{key.Key}' of {key.Owner} (SHA-256 {key.Thumbprint[..16]}…) expires at {HourEn(key.NotAfter)} (Vietnam time), within {key.Threshold} days. Register a new key before then; the old and the new one may be in force together.",
        key.Key, key.NotAfter, now);

    internal static Notice ServiceDeprecated(Service service, DateTimeOffset at, DateTimeOffset now)
    {
        var (vi, en) = service.ReplacedBy is { } next ? ($" Hãy chuyển sang {next}.", $" Use {next} instead.") : ("", "");
        return new Notice(
            "service-deprecated",
            $"Dịch vụ {service.Type} không nên dùng từ {DayVi(at)}",
            $"Service {service.Type} is deprecated from {DayEn(at)}",
            $"Hệ thống đã gửi {service.Type} ({service.NameVi}) trong 90 ngày qua. Dịch vụ này không nên dùng từ {HourVi(at)} (giờ Việt Nam){(service.Sunset is { } end ? $" và bị từ chối từ {HourVi(end)}" : "")}.{vi}",
            $"Your system sent {service.Type} ({service.NameEn}) within the last 90 days. The service is deprecated from {HourEn(at)} (Vietnam time){(service.Sunset is { } last ? $" and refused from {HourEn(last)}" : "")}.{en}",
            service.Type.Value, at, now);
    }

    internal static Notice ServiceSunset(Service service, DateTimeOffset at, DateTimeOffset now)
    {
        var (vi, en) = service.ReplacedBy is { } next ? ($" Hãy chuyển sang {next}.", $" Use {next} instead.") : ("", "");
        return new Notice(
            "service-sunset",
            $"Dịch vụ {service.Type} ngừng nhận từ {DayVi(at)}",
            $"Service {service.Type} ends on {DayEn(at)}",
            $"Hệ thống đã gửi {service.Type} ({service.NameVi}) trong 90 ngày qua. Từ {HourVi(at)} (giờ Việt Nam), trục từ chối loại thông điệp này.{vi}",
            $"Your system sent {service.Type} ({service.NameEn}) within the last 90 days. From {HourEn(at)} (Vietnam time) the hub refuses messages of this type.{en}",
            service.Type.Value, at, now);
    }

    private static string DayVi(DateTimeOffset at) => Text(at, "dd/MM/yyyy");

    private static string DayEn(DateTimeOffset at) => Text(at, "yyyy-MM-dd");

    private static string HourVi(DateTimeOffset at) => Text(at, "HH:mm dd/MM/yyyy");

    private static string HourEn(DateTimeOffset at) => Text(at, "yyyy-MM-dd HH:mm");

    private static string Text(DateTimeOffset at, string format) => at.ToOffset(Vietnam).ToString(format, CultureInfo.InvariantCulture);
}
