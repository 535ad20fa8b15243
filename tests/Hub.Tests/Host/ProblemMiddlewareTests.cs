using Hub.Host.Api.Problems;
using Hub.Host.Composition;
using Hub.Host.Identity;
using Hub.Host.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hub.Tests.Host;

[TestFixture]
public sealed class ProblemMiddlewareTests
{
    private readonly List<(LogLevel Level, string Text, Exception? Failure)> _lines = [];

    [SetUp]
    public void SetUp() => _lines.Clear();

    [Test]
    public async Task Invoke_UnexpectedFailureForAStranger_LogsNoStack()
    {
        var context = await FailAsync(caller: null);
        Assert.Multiple(() =>
        {
            Assert.That(context.Response.StatusCode, Is.EqualTo(500));
            Assert.That(_lines.Select(static line => line.Failure), Is.All.Null);
            Assert.That(_lines.Select(static line => line.Level), Has.Some.EqualTo(LogLevel.Warning).And.None.EqualTo(LogLevel.Error));
            Assert.That(_lines.Select(static line => line.Text), Has.None.Contains("secret").And.Some.Contains(nameof(InvalidOperationException)));
        });
    }

    [Test]
    public async Task Invoke_UnexpectedFailureForAKnownCaller_LogsItsCause()
    {
        await FailAsync(new Caller("operator:x", Scopes.Operator));
        Assert.That(_lines.Where(static line => line.Level == LogLevel.Error).Select(static line => line.Failure), Has.One.InstanceOf<InvalidOperationException>());
    }

    [Test]
    public async Task Invoke_CallerWithATrace_AnswersAndLogsInIt()
    {
        var trace = "0af7651916cd43dd8448eb211c80319c";
        var context = await FailAsync(caller: null, $"00-{trace}-b7ad6b7169203331-01");
        context.Response.Body.Position = 0;
        Assert.That(await new StreamReader(context.Response.Body).ReadToEndAsync(), Does.Contain(trace));
        Assert.That(_lines.Select(static line => line.Text), Is.All.Contains(trace));
    }

    private async Task<HttpContext> FailAsync(Caller? caller, string? traceParent = null)
    {
        using var refusals = new RefusalCounter(null!, TimeProvider.System, NullLogger<RefusalCounter>.Instance);
        var context = new DefaultHttpContext();
        context.Response.Body = new MemoryStream();
        if (traceParent is not null) context.Request.Headers.TraceParent = traceParent;
        if (caller is not null) context.Features.Set(caller);
        await new ProblemMiddleware(static _ => throw new InvalidOperationException("secret"), new HubOrigins(), refusals, new ListLog(_lines)).InvokeAsync(context);
        return context;
    }

    private sealed class ListLog(List<(LogLevel Level, string Text, Exception? Failure)> lines) : ILogger<ProblemMiddleware>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add((logLevel, formatter(state, exception), exception));
    }
}
