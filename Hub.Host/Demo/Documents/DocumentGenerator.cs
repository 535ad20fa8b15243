namespace Hub.Host.Demo.Documents;

/// <summary>Makes documents that look like those of a province's working day. The same seed makes the same documents.</summary>
internal sealed class DocumentGenerator(int seed, DateOnly today)
{
    private static readonly Dictionary<DocumentKind, (string Subject, string Content)[]> Topics = new()
    {
        [DocumentKind.Letter] =
        [
            ("V/v đẩy mạnh gửi, nhận văn bản điện tử qua trục liên thông", "Đề nghị các cơ quan, đơn vị gửi, nhận văn bản hoàn toàn dưới dạng điện tử có ký số, trừ văn bản mật; báo cáo kết quả trước thời hạn nêu trên."),
            ("V/v rà soát mã định danh cơ quan trên danh bạ dùng chung", "Đề nghị rà soát tên, mã định danh và hệ thống tiếp nhận của cơ quan và các đơn vị trực thuộc; phản hồi nội dung cần điều chỉnh."),
            ("V/v bảo đảm an toàn thông tin trong dịp nghỉ lễ", "Yêu cầu phân công trực, sao lưu dữ liệu và kiểm tra hệ thống trước kỳ nghỉ; kịp thời thông báo sự cố về cơ quan đầu mối."),
            ("V/v cung cấp số liệu kinh tế - xã hội quý III", "Đề nghị cung cấp số liệu theo biểu mẫu gửi kèm để tổng hợp, báo cáo cấp có thẩm quyền."),
        ],
        [DocumentKind.Decision] =
        [
            ("Về việc ban hành Quy chế quản lý, vận hành trục liên thông của tỉnh", "Ban hành kèm theo Quyết định này Quy chế quản lý, vận hành và khai thác trục liên thông. Quyết định có hiệu lực kể từ ngày ký."),
            ("Về việc công bố danh mục thủ tục hành chính tiếp nhận tại bộ phận một cửa", "Công bố kèm theo Quyết định này danh mục thủ tục hành chính thuộc thẩm quyền giải quyết của các cấp."),
        ],
        [DocumentKind.Directive] =
        [
            ("Về việc tăng cường kỷ luật, kỷ cương hành chính trong giải quyết hồ sơ", "Yêu cầu thủ trưởng các cơ quan chấn chỉnh việc giải quyết hồ sơ quá hạn, xin lỗi tổ chức, cá nhân bằng văn bản và hẹn lại thời gian trả kết quả."),
            ("Về công tác phòng, chống thiên tai và tìm kiếm cứu nạn", "Yêu cầu các địa phương ven biển và hải đảo chủ động phương án ứng phó, trực ban 24/24 giờ và báo cáo tình hình hằng ngày."),
        ],
        [DocumentKind.Notice] =
        [
            ("Về việc thay đổi thời gian họp giao ban trực tuyến", "Cuộc họp giao ban trực tuyến chuyển sang 14 giờ 00 cùng ngày; thành phần và nội dung không thay đổi."),
        ],
        [DocumentKind.Plan] =
        [
            ("Tổ chức tập huấn sử dụng hệ thống quản lý văn bản cho cán bộ cấp xã", "Tập huấn gửi, nhận văn bản điện tử, ký số và theo dõi trạng thái xử lý cho văn thư các xã, phường, thị trấn."),
            ("Triển khai tháng cao điểm tiếp nhận hồ sơ trực tuyến", "Mỗi đơn vị cử đầu mối hỗ trợ người dân nộp hồ sơ trực tuyến; báo cáo số liệu hằng tuần."),
        ],
        [DocumentKind.Report] =
        [
            ("Kết quả gửi, nhận văn bản điện tử tháng này", "Tỷ lệ văn bản gửi hoàn toàn điện tử đạt kế hoạch; kiến nghị tiếp tục tập huấn cho cấp xã."),
            ("Kết quả giải quyết hồ sơ theo cơ chế một cửa", "Số hồ sơ tiếp nhận, giải quyết đúng hạn và quá hạn được tổng hợp tại phụ lục kèm theo."),
        ],
        [DocumentKind.Invitation] =
        [
            ("Họp đánh giá kết quả xây dựng chính quyền điện tử", "Kính mời đại diện lãnh đạo đơn vị dự họp lúc 08 giờ 00 tại phòng họp số 1; đề nghị chuẩn bị báo cáo và gửi trước cuộc họp."),
            ("Dự hội nghị trực tuyến về cải cách hành chính", "Kính mời đại biểu dự hội nghị tại điểm cầu của đơn vị; đường truyền được kiểm tra trước 30 phút."),
        ],
    };

    private readonly Random _random = new(seed);

    /// <summary>The kinds it can make.</summary>
    public static IReadOnlyCollection<DocumentKind> Kinds => Topics.Keys;

    /// <summary>Makes one.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="issuer">Who issues it.</param>
    /// <param name="recipients">To whom.</param>
    /// <param name="answers">What it answers.</param>
    public OfficialDocument Next(DocumentKind kind, Office issuer, IReadOnlyList<Office> recipients, OfficialDocument? answers = null)
    {
        var topics = Topics[kind];
        var (subject, content) = topics[_random.Next(topics.Length)];
        return new OfficialDocument
        {
            Kind = kind,
            Issuer = issuer,
            Recipients = recipients,
            Number = _random.Next(10, 4000),
            Date = today,
            Subject = subject,
            Content = content,
            Due = kind == DocumentKind.Letter || kind == DocumentKind.Plan ? today.AddDays(_random.Next(5, 21)) : null,
            Priority = kind == DocumentKind.Directive ? 2 : 0,
            Answers = answers,
        };
    }
}
