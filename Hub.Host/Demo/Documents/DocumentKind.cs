namespace Hub.Host.Demo.Documents;

/// <summary>A kind of official document.</summary>
/// <param name="Type">Its number in the catalogue.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sign">Its sign in the notation; null for a letter, whose notation begins with the agency.</param>
internal sealed record DocumentKind(int Type, string Name, string? Sign)
{
    public static readonly DocumentKind Letter = new(18, "Công văn", null);
    public static readonly DocumentKind Decision = new(2, "Quyết định", "QĐ");
    public static readonly DocumentKind Directive = new(3, "Chỉ thị", "CT");
    public static readonly DocumentKind Notice = new(7, "Thông báo", "TB");
    public static readonly DocumentKind Plan = new(10, "Kế hoạch", "KH");
    public static readonly DocumentKind Report = new(14, "Báo cáo", "BC");
    public static readonly DocumentKind Invitation = new(25, "Giấy mời", "GM");
}
