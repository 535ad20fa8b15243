namespace Hub.Contracts.Problems;

public sealed partial class ProblemCode
{
    // First in this file: the entries below add themselves to it as they are initialised, in textual order.
    private static readonly Dictionary<string, ProblemCode> ByCode = new(StringComparer.Ordinal);

    /// <summary><c>malformed-envelope</c> (400): The envelope cannot be read.</summary>
    public static readonly ProblemCode MalformedEnvelope = new(
        "malformed-envelope", 400,
        "The envelope cannot be read", "Không đọc được gói tin",
        "Compare it with the schema and the golden samples; the detail names the field.",
        "Đối chiếu với lược đồ và các mẫu chuẩn; phần chi tiết nêu rõ trường bị lỗi.");

    /// <summary><c>unsupported-profile</c> (400): The envelope uses something outside the profile.</summary>
    public static readonly ProblemCode UnsupportedProfile = new(
        "unsupported-profile", 400,
        "The envelope uses something outside the profile", "Gói tin dùng thành phần ngoài hồ sơ kỹ thuật",
        "Use only the algorithms, transforms and elements of the profile; the detail names the foreign one.",
        "Chỉ dùng thuật toán, phép biến đổi và phần tử trong hồ sơ kỹ thuật; phần chi tiết nêu thành phần lạ.");

    /// <summary><c>unknown-sender</c> (403): The sender is not in the registry.</summary>
    public static readonly ProblemCode UnknownSender = new(
        "unknown-sender", 403,
        "The sender is not in the registry", "Hệ thống gửi không có trong danh bạ",
        "Have the system registered, or correct 'from'.",
        "Đăng ký hệ thống vào danh bạ hoặc sửa lại 'from'.");

    /// <summary><c>unknown-recipient</c> (422): A recipient is not in the registry.</summary>
    public static readonly ProblemCode UnknownRecipient = new(
        "unknown-recipient", 422,
        "A recipient is not in the registry", "Nơi nhận không có trong danh bạ",
        "Look the code up in the registry; nothing was sent to anybody.",
        "Tra mã trong danh bạ; chưa gửi cho nơi nào.");

    /// <summary><c>unknown-service</c> (422): The message type is no service of the registry.</summary>
    public static readonly ProblemCode UnknownService = new(
        "unknown-service", 422,
        "The message type is no service of the registry", "Loại thông điệp không phải là dịch vụ trong danh bạ",
        "Correct 'type', or have the service registered.",
        "Sửa lại 'type' hoặc đăng ký dịch vụ vào danh bạ.");

    /// <summary><c>no-system-for-type</c> (422): The agency has no system for this type.</summary>
    public static readonly ProblemCode NoSystemForType = new(
        "no-system-for-type", 422,
        "The agency has no system for this type", "Cơ quan chưa có hệ thống nhận loại thông điệp này",
        "Ask the agency to register a system that receives the type.",
        "Đề nghị cơ quan đăng ký hệ thống nhận loại này.");

    /// <summary><c>ambiguous-recipient</c> (422): Several systems of the agency receive this type.</summary>
    public static readonly ProblemCode AmbiguousRecipient = new(
        "ambiguous-recipient", 422,
        "Several systems of the agency receive this type", "Nhiều hệ thống của cơ quan cùng nhận loại này",
        "Name one of them: agency/system.",
        "Ghi rõ một hệ thống: cơ-quan/hệ-thống.");

    /// <summary><c>recipient-closed</c> (422): The recipient is closed.</summary>
    public static readonly ProblemCode RecipientClosed = new(
        "recipient-closed", 422,
        "The recipient is closed", "Nơi nhận đã đóng",
        "Send to its successors.",
        "Gửi tới cơ quan kế thừa.");

    /// <summary><c>signature-missing</c> (400): The envelope is not signed.</summary>
    public static readonly ProblemCode SignatureMissing = new(
        "signature-missing", 400,
        "The envelope is not signed", "Gói tin chưa được ký",
        "Sign it with the key registered for the sender.",
        "Ký bằng khóa đã đăng ký của hệ thống gửi.");

    /// <summary><c>signature-invalid</c> (403): The signature does not verify.</summary>
    public static readonly ProblemCode SignatureInvalid = new(
        "signature-invalid", 403,
        "The signature does not verify", "Chữ ký không hợp lệ",
        "Sign the exact bytes you send; do not reformat after signing. Broken link: signature.",
        "Ký đúng các byte được gửi; không định dạng lại sau khi ký. Mắt xích hỏng: chữ ký.");

    /// <summary><c>key-unknown</c> (403): The key is not registered for the sender.</summary>
    public static readonly ProblemCode KeyUnknown = new(
        "key-unknown", 403,
        "The key is not registered for the sender", "Khóa chưa được đăng ký cho hệ thống gửi",
        "Register the key, or name the registered one. Broken link: key.",
        "Đăng ký khóa hoặc dùng đúng khóa đã đăng ký. Mắt xích hỏng: khóa.");

    /// <summary><c>key-expired</c> (403): The key is outside its validity.</summary>
    public static readonly ProblemCode KeyExpired = new(
        "key-expired", 403,
        "The key is outside its validity", "Khóa ngoài thời hạn hiệu lực",
        "Register a new key. Broken link: key.",
        "Đăng ký khóa mới. Mắt xích hỏng: khóa.");

    /// <summary><c>key-revoked</c> (403): The key is revoked.</summary>
    public static readonly ProblemCode KeyRevoked = new(
        "key-revoked", 403,
        "The key is revoked", "Khóa đã bị thu hồi",
        "Register a new key. Broken link: key.",
        "Đăng ký khóa mới. Mắt xích hỏng: khóa.");

    /// <summary><c>clock-window</c> (422): 'created' lies outside the acceptance window.</summary>
    public static readonly ProblemCode ClockWindow = new(
        "clock-window", 422,
        "'created' lies outside the acceptance window", "'created' nằm ngoài khoảng thời gian chấp nhận",
        "Synchronise the clock, or sign the envelope afresh. Broken link: clock.",
        "Đồng bộ đồng hồ hoặc ký lại gói tin. Mắt xích hỏng: đồng hồ.");

    /// <summary><c>not-allowed</c> (403): No right allows this.</summary>
    public static readonly ProblemCode NotAllowed = new(
        "not-allowed", 403,
        "No right allows this", "Không có quyền",
        "Ask for the right: who, service, to whom. Broken link: right.",
        "Xin cấp quyền: ai, dịch vụ nào, tới ai. Mắt xích hỏng: quyền.");

    /// <summary><c>assurance-too-low</c> (403): The service demands a higher assurance.</summary>
    public static readonly ProblemCode AssuranceTooLow = new(
        "assurance-too-low", 403,
        "The service demands a higher assurance", "Dịch vụ yêu cầu mức bảo đảm cao hơn",
        "Have the sender's system sign the envelope itself.",
        "Để hệ thống gửi tự ký gói tin.");

    /// <summary><c>schema-violation</c> (422): The payload does not follow the service's schema.</summary>
    public static readonly ProblemCode SchemaViolation = new(
        "schema-violation", 422,
        "The payload does not follow the service's schema", "Nội dung không đúng lược đồ của dịch vụ",
        "Validate against the schema named.",
        "Kiểm tra theo lược đồ đã nêu.");

    /// <summary><c>duplicate-conflict</c> (409): The same id was used for other content.</summary>
    public static readonly ProblemCode DuplicateConflict = new(
        "duplicate-conflict", 409,
        "The same id was used for other content", "Mã này đã dùng cho nội dung khác",
        "Give the new content a new id.",
        "Đặt mã mới cho nội dung mới.");

    /// <summary><c>expired</c> (422): The envelope has expired.</summary>
    public static readonly ProblemCode Expired = new(
        "expired", 422,
        "The envelope has expired", "Gói tin đã hết hạn",
        "Send it afresh with a later 'expires'.",
        "Gửi lại với 'expires' muộn hơn.");

    /// <summary><c>too-large</c> (413): Too large.</summary>
    public static readonly ProblemCode TooLarge = new(
        "too-large", 413,
        "Too large", "Quá lớn",
        "Send large content as an upload and refer to its digest.",
        "Tải nội dung lớn lên trước và tham chiếu bằng mã băm.");

    /// <summary><c>rate-limited</c> (429): Too many requests.</summary>
    public static readonly ProblemCode RateLimited = new(
        "rate-limited", 429,
        "Too many requests", "Quá nhiều yêu cầu",
        "Wait as long as Retry-After says.",
        "Chờ theo Retry-After.");

    /// <summary><c>unavailable</c> (503): The hub cannot accept now.</summary>
    public static readonly ProblemCode Unavailable = new(
        "unavailable", 503,
        "The hub cannot accept now", "Trục tạm thời không tiếp nhận",
        "Retry after the time in Retry-After; nothing was lost and nothing was accepted.",
        "Thử lại sau thời gian trong Retry-After; chưa có gì được tiếp nhận và không mất gì.");

    /// <summary><c>not-found</c> (404): There is nothing here for you.</summary>
    public static readonly ProblemCode NotFound = new(
        "not-found", 404,
        "There is nothing here for you", "Không tìm thấy",
        "Check the address; others' messages look the same as none.",
        "Kiểm tra địa chỉ; thông điệp của nơi khác cũng hiện như không có.");

    /// <summary><c>unauthenticated</c> (401): No valid access token.</summary>
    public static readonly ProblemCode Unauthenticated = new(
        "unauthenticated", 401,
        "No valid access token", "Chưa xác thực",
        "Get a token with your registered key (private_key_jwt) and send it as Bearer.",
        "Lấy token bằng khóa đã đăng ký (private_key_jwt) và gửi kèm dạng Bearer.");

    /// <summary><c>invalid-request</c> (400): The request is not understood.</summary>
    public static readonly ProblemCode InvalidRequest = new(
        "invalid-request", 400,
        "The request is not understood", "Yêu cầu không hợp lệ",
        "Correct the parameter named in the detail.",
        "Sửa tham số nêu trong phần chi tiết.");

    /// <summary><c>unsupported-media-type</c> (415): The media type is not accepted here.</summary>
    public static readonly ProblemCode UnsupportedMediaType = new(
        "unsupported-media-type", 415,
        "The media type is not accepted here", "Kiểu nội dung không được chấp nhận",
        "Send application/vnd.hub.envelope+xml or application/jose.",
        "Gửi application/vnd.hub.envelope+xml hoặc application/jose.");

    /// <summary><c>claim-lost</c> (409): The claim is not yours or has ended.</summary>
    public static readonly ProblemCode ClaimLost = new(
        "claim-lost", 409,
        "The claim is not yours or has ended", "Lượt nhận không còn hiệu lực",
        "Claim again; the message was offered to others or already settled.",
        "Nhận lại; thông điệp đã được chuyển lượt hoặc đã xử lý.");

    /// <summary><c>upload-incomplete</c> (422): An attachment's upload is missing or unfinished.</summary>
    public static readonly ProblemCode UploadIncomplete = new(
        "upload-incomplete", 422,
        "An attachment's upload is missing or unfinished", "Tệp đính kèm chưa tải lên xong",
        "Finish the upload with that SHA-256, then send the envelope again.",
        "Hoàn tất tải lên tệp có SHA-256 đó rồi gửi lại gói tin.");

    /// <summary><c>digest-mismatch</c> (422): The bytes do not have the digest stated.</summary>
    public static readonly ProblemCode DigestMismatch = new(
        "digest-mismatch", 422,
        "The bytes do not have the digest stated", "Nội dung không khớp mã băm",
        "Upload again and check the SHA-256.",
        "Tải lại và kiểm tra SHA-256.");

    /// <summary><c>registry-invalid</c> (422): The registry document has mistakes.</summary>
    public static readonly ProblemCode RegistryInvalid = new(
        "registry-invalid", 422,
        "The registry document has mistakes", "Tệp danh bạ có lỗi",
        "Correct all mistakes listed; nothing was changed.",
        "Sửa các lỗi đã liệt kê; chưa có gì thay đổi.");

    /// <summary><c>content-erased</c> (410): The content was erased by law.</summary>
    public static readonly ProblemCode ContentErased = new(
        "content-erased", 410,
        "The content was erased by law", "Nội dung đã được xóa theo luật",
        "Only the trail's entries remain.",
        "Chỉ còn các mục nhật ký.");

    /// <summary><c>internal-error</c> (500): The hub made a mistake.</summary>
    public static readonly ProblemCode InternalError = new(
        "internal-error", 500,
        "The hub made a mistake", "Lỗi của trục",
        "Report the trace id; retry is safe.",
        "Báo mã vết (trace id); có thể gửi lại an toàn.");

    /// <summary><c>recipient-unreachable</c> (502): The recipient's system cannot be reached.</summary>
    public static readonly ProblemCode RecipientUnreachable = new(
        "recipient-unreachable", 502,
        "The recipient's system cannot be reached", "Không kết nối được hệ thống nhận",
        "Nothing to do yet: the hub tries again by the system's policy.",
        "Chưa cần làm gì: trục tự thử lại theo chính sách của hệ thống nhận.");

    /// <summary><c>recipient-timeout</c> (504): The recipient's system did not answer in time.</summary>
    public static readonly ProblemCode RecipientTimeout = new(
        "recipient-timeout", 504,
        "The recipient's system did not answer in time", "Hệ thống nhận không trả lời kịp",
        "Nothing to do yet: the hub tries again by the system's policy.",
        "Chưa cần làm gì: trục tự thử lại theo chính sách của hệ thống nhận.");

    /// <summary><c>recipient-failed</c> (502): The recipient's system failed.</summary>
    public static readonly ProblemCode RecipientFailed = new(
        "recipient-failed", 502,
        "The recipient's system failed", "Hệ thống nhận gặp lỗi",
        "Nothing to do yet: the hub tries again by the system's policy.",
        "Chưa cần làm gì: trục tự thử lại theo chính sách của hệ thống nhận.");

    /// <summary><c>recipient-rejected</c> (502): The recipient's system rejected the message.</summary>
    public static readonly ProblemCode RecipientRejected = new(
        "recipient-rejected", 502,
        "The recipient's system rejected the message", "Hệ thống nhận từ chối thông điệp",
        "Read its reason in the detail, correct the message and send it under a new id, or have the recipient repaired and replay.",
        "Xem lý do trong phần chi tiết, sửa và gửi lại với mã mới, hoặc khắc phục phía nhận rồi phát lại.");

    /// <summary><c>claims-exhausted</c> (502): The message was claimed too often without an end.</summary>
    public static readonly ProblemCode ClaimsExhausted = new(
        "claims-exhausted", 502,
        "The message was claimed too often without an end", "Thông điệp bị nhận quá nhiều lượt mà không hoàn tất",
        "Ask the recipient why it takes the message without acknowledging it; then replay.",
        "Hỏi nơi nhận vì sao lấy thông điệp mà không xác nhận; sau đó phát lại.");

    /// <summary><c>address-refused</c> (502): The push address lies in a range the hub does not call.</summary>
    public static readonly ProblemCode AddressRefused = new(
        "address-refused", 502,
        "The push address lies in a range the hub does not call", "Địa chỉ đẩy thuộc dải mà trục không được gọi",
        "Register a public address, or set allowPrivate for a system inside the hub's own network.",
        "Đăng ký địa chỉ công khai, hoặc đặt allowPrivate cho hệ thống trong mạng nội bộ của trục.");

    /// <summary><c>delivery-not-dead</c> (409): Only a dead delivery can be replayed.</summary>
    public static readonly ProblemCode DeliveryNotDead = new(
        "delivery-not-dead", 409,
        "Only a dead delivery can be replayed", "Chỉ phát lại được lượt chuyển đã chết",
        "Look at its state: somebody may have replayed it already.",
        "Xem trạng thái: có thể đã có người phát lại.");

    /// <summary><c>registry-conflict</c> (412): The object has changed meanwhile.</summary>
    public static readonly ProblemCode RegistryConflict = new(
        "registry-conflict", 412,
        "The object has changed meanwhile", "Đối tượng đã thay đổi trong lúc đó",
        "Read it again, and repeat your change on what it says now (If-Match with the new ETag).",
        "Đọc lại đối tượng rồi lặp lại thay đổi trên nội dung hiện tại (If-Match với ETag mới).");

    /// <summary><c>approval-needed</c> (403): A second person must approve this.</summary>
    public static readonly ProblemCode ApprovalNeeded = new(
        "approval-needed", 403,
        "A second person must approve this", "Cần người thứ hai phê duyệt",
        "Ask another operator, or the provider named, to approve the proposal.",
        "Đề nghị cán bộ vận hành khác hoặc đơn vị cung cấp được nêu phê duyệt đề xuất.");

    /// <summary><c>proposal-closed</c> (409): The proposal is no longer open.</summary>
    public static readonly ProblemCode ProposalClosed = new(
        "proposal-closed", 409,
        "The proposal is no longer open", "Đề xuất không còn mở",
        "Look at what became of it; make a new proposal if it is still wanted.",
        "Xem kết quả của đề xuất; lập đề xuất mới nếu vẫn cần.");

    /// <summary><c>proof-invalid</c> (403): The proof of possession does not hold.</summary>
    public static readonly ProblemCode ProofInvalid = new(
        "proof-invalid", 403,
        "The proof of possession does not hold", "Bằng chứng sở hữu khóa không hợp lệ",
        "Make the proof afresh with the private key that belongs to the key you register.",
        "Tạo lại bằng chứng bằng khóa bí mật tương ứng với khóa đang đăng ký.");

    /// <summary><c>certificate-invalid</c> (403): The certificate does not lead to a trusted authority, or its status is not known.</summary>
    public static readonly ProblemCode CertificateInvalid = new(
        "certificate-invalid", 403,
        "The certificate does not lead to a trusted authority, or its status is not known", "Chứng thư không dẫn tới cơ quan chứng thực được tin cậy hoặc chưa rõ trạng thái",
        "Register a certificate issued under an anchor of the registry; the detail names the broken link.",
        "Đăng ký chứng thư do cơ quan chứng thực trong danh bạ cấp; phần chi tiết nêu mắt xích hỏng.");

    /// <summary><c>confidentiality-required</c> (422): The service demands sealed content.</summary>
    public static readonly ProblemCode ConfidentialityRequired = new(
        "confidentiality-required", 422,
        "The service demands sealed content", "Dịch vụ yêu cầu nội dung được mã hóa cho nơi nhận",
        "Seal payload and attachments with the recipient's encryption key (see /api/v1/resolve).",
        "Mã hóa nội dung và tệp đính kèm bằng khóa mã hóa của nơi nhận (xem /api/v1/resolve).");

    /// <summary><c>service-retired</c> (410): The service is no longer offered.</summary>
    public static readonly ProblemCode ServiceRetired = new(
        "service-retired", 410,
        "The service is no longer offered", "Dịch vụ đã ngừng cung cấp",
        "Use the service that replaces it; the detail names it.",
        "Dùng dịch vụ thay thế nêu trong phần chi tiết.");

    /// <summary><c>reply-timeout</c> (504): No reply came in time.</summary>
    public static readonly ProblemCode ReplyTimeout = new(
        "reply-timeout", 504,
        "No reply came in time", "Chưa có trả lời trong thời hạn",
        "The request is accepted and goes on: ask again with its key, or take the reply from your channel.",
        "Yêu cầu đã được tiếp nhận và vẫn tiếp tục: hỏi lại bằng khóa thông điệp hoặc nhận trả lời qua kênh của mình.");

    /// <summary><c>outside-subtree</c> (403): This lies outside the agencies entrusted to you.</summary>
    public static readonly ProblemCode OutsideSubtree = new(
        "outside-subtree", 403,
        "This lies outside the agencies entrusted to you", "Nằm ngoài phạm vi cơ quan được giao",
        "Ask somebody whose subtree holds it.",
        "Đề nghị người được giao phạm vi đó thực hiện.");

    /// <summary><c>unsealing-failed</c> (422): The sealed content cannot be opened.</summary>
    public static readonly ProblemCode UnsealingFailed = new(
        "unsealing-failed", 422,
        "The sealed content cannot be opened", "Không giải mã được nội dung niêm phong",
        "Open it with the private half of the encryption key it was sealed for; ask the sender to seal it for your present key.",
        "Dùng khóa riêng ứng với khóa mã hóa mà bên gửi đã dùng; hoặc đề nghị bên gửi niêm phong lại bằng khóa mã hóa hiện hành của mình.");
}
