using Hub.Host.Telemetry;

namespace Hub.Tests.Telemetry;

[TestFixture]
public sealed class OtlpAddressTests
{
    [TestCase("https://otel.example.gov.vn:4318")]
    [TestCase("http://127.0.0.1:4318")]
    [TestCase("http://localhost:4318")]
    [TestCase("http://[::1]:4318")]
    [TestCase("http://10.1.2.3:4318/otlp/")]
    public void MistakeOf_SafeAddress_None(string url) => Assert.That(OtlpAddress.MistakeOf(new Uri(url)), Is.Null);

    [TestCase("http://otel.example.gov.vn:4318")]
    [TestCase("http://8.8.8.8:4318")]
    [TestCase("ftp://127.0.0.1")]
    [TestCase("https://user:word@otel.example.gov.vn")]
    public void MistakeOf_UnsafeAddress_SaysWhatToWrite(string url) => Assert.That(OtlpAddress.MistakeOf(new Uri(url)), Does.Contain("--otlp"));

    [TestCase("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces")]
    [TestCase("http://127.0.0.1:4318/otlp/", "http://127.0.0.1:4318/otlp/v1/traces")]
    public void Of_Signal_StandsBelow(string url, string expected) => Assert.That(OtlpAddress.Of(new Uri(url), "traces").ToString(), Is.EqualTo(expected));
}
